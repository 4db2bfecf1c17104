// SPDX-License-Identifier: Apache-2.0
// `emamba results`: measures models into results.json, and keeps the tables of README.md and
// docs/results.md equal to them.
#include "flow/results.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "base/error.h"
#include "cli/cli.h"
#include "flow/files.h"
#include "report/measures.h"

namespace emamba {
namespace {

using nlohmann::json;

void print_tables() {
  for (const WrittenPage& page : write_tables()) {
    fmt::print("{}\n", page.changed ? "wrote " + page.path : page.path + " is up to date");
  }
}

void print_check() {
  const std::size_t models = check_results();
  fmt::print(
      "{} and the tables of them are up to date\n",
      models == 1 ? "the results of 1 model" : fmt::format("the results of {} models", models));
}

}  // namespace

void add_results(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "results", "Measure models on their whole test splits, and keep the tables of it");
  struct Options : CommonOptions {
    std::vector<std::string> configs;
    bool tables = false, check = false, force = false;
  };
  auto options = std::make_shared<Options>();
  CLI::Option* configs =
      verb->add_option("configs", options->configs, "Configs with model and program beside them")
          ->type_name("config.toml");
  CLI::Option* tables =
      verb->add_flag("--tables", options->tables,
                     "Rewrite the tables of README.md and docs/results.md from all "
                     "models/*/results.json");
  CLI::Option* checked =
      verb->add_flag("--check", options->check,
                     "Fail when a results.json is not of its model, program and config, or a "
                     "table not of the results");
  CLI::Option* forced = verb->add_flag(
      "--force", options->force,
      "Measure on incomplete data, or on other data than the results there, and replace them");
  add_data_option(*verb, *options);
  add_threads_option(*verb, *options, "all of the machine");
  tables->excludes(checked);
  for (CLI::Option* option : {tables, checked}) {
    for (CLI::Option* other :
         {configs, forced, verb->get_option("--data"), verb->get_option("--threads")}) {
      option->excludes(other);
    }
  }
  verb->footer(
      "Writes results.json beside each config: metrics of both engines with details, cycles, how\n"
      "the files were made, and their hashes.\n\n"
      "Example: emamba results models/mars/config.toml && emamba results --tables");
  verb->callback([options] {
    if (options->tables) return print_tables();
    if (options->check) return print_check();
    if (options->configs.empty()) {
      throw Error("results: no config is named",
                  "name one, e.g. models/mars/config.toml, or use --tables or --check",
                  ErrorKind::kUsage);
    }
    for (const std::string& config : options->configs) {
      const Job job = shipped_job(config, workplace_of(*options));
      const json result = measure(job, options->force);
      const std::vector<Measure> measures = measures_at(result);
      fmt::print("{}: float {}; integers {}\nwrote {}\n", job.config,
                 metrics_text(measures, result.at("float").at("metrics")),
                 metrics_text(measures, result.at("golden").at("metrics")),
                 beside(job.config, kResultsFile));
      std::fflush(stdout);
    }
  });
}

}  // namespace emamba
