// SPDX-License-Identifier: Apache-2.0
// The verbs of the tool. Each stands in a file of its own with its help and an example inside: it
// reads the command line, has src/flow do the work, and prints the result.
#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "flow/job.h"
#include "flow/quantise.h"
#include "target/asic.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace emamba {

// Options that verbs share; not every verb has them all.
struct CommonOptions {
  std::string config;                  // path of config.toml
  std::vector<std::string> overrides;  // of --set
  std::string out, data;               // folders; "": the default
  int threads = 0;                     // 0: the default
  bool json = false;
};

// A verb as it is typed, e.g. "emamba data fetch"; of the app itself "emamba".
std::string full_name(const CLI::App* verb);

// Adds config.toml, --set, --out, --data, --threads and --json.
void add_job_options(CLI::App& verb, CommonOptions& options);
void add_threads_option(CLI::App& verb, CommonOptions& options, const std::string& initial);
void add_saturation_option(CLI::App& verb, Saturation& saturation);
void add_data_option(CLI::App& verb, CommonOptions& options);
void add_json_option(CLI::App& verb, CommonOptions& options);

// Progress is drawn on stderr, lines are printed unless there is to be one JSON object alone, and
// Ctrl-C stops a training after the step under way.
Workplace workplace_of(const CommonOptions& options);
Job job_of(const CommonOptions& options);

// A process to map to: --target, --pdk and --clock.
struct TargetOptions {
  std::string target, libraries;
  double clock_mhz = 0;  // 0: the target's
};
// Returns --target.
CLI::Option* add_target_options(CLI::App& verb, TargetOptions& options);
AsicTarget target_of(const TargetOptions& options);
void add_jobs_option(CLI::App& verb, int& jobs);  // 0: not given

// The page in `file`, as if empty where there is none, with `content` as its part: with_part().
std::string page_with(const std::string& file, const std::string& part, const std::string& content);

// Ends a verb: the result as JSON if --json asks for it, else as `print` prints it.
template <class Print>
void print_result(const CommonOptions& options, const nlohmann::json& result, const Print& print) {
  if (options.json) return fmt::print("{}\n", result.dump(2));
  print(result);
}

// Each adds one verb; its callback does the work.
void add_data_inspect(CLI::App& data);
void add_data(CLI::App& app);
void add_init(CLI::App& app);
void add_train(CLI::App& app);
void add_eval(CLI::App& app);
void add_predict(CLI::App& app);
void add_quantize(CLI::App& app);
void add_inspect(CLI::App& app);
void add_doctor(CLI::App& app);
void add_estimate(CLI::App& app);
void add_emit(CLI::App& app);
void add_explore(CLI::App& app);
void add_compare(CLI::App& app);
void add_verify(CLI::App& app);
void add_synth(CLI::App& app);
void add_energy(CLI::App& app);
void add_layout(CLI::App& app);
void add_flow(CLI::App& app);
void add_ablate(CLI::App& app);
void add_sweep(CLI::App& app);
void add_results(CLI::App& app);
void add_help(CLI::App& app);

}  // namespace emamba
