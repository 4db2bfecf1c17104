// SPDX-License-Identifier: Apache-2.0
// `emamba flow`: data, training, quantisation, evaluation, hardware and report in one go.
#include "flow/flow.h"

#include <CLI/CLI.hpp>
#include <limits>
#include <memory>

#include "cli/cli.h"
#include "report/summary.h"

namespace emamba {

void add_flow(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "flow", "From data to a verified accelerator and its report: all that has not been done");
  struct Options : CommonOptions {
    bool resume = false, force = false;
    std::size_t frames = 256;
    Saturation saturation = Saturation::kLimited;
  };
  auto options = std::make_shared<Options>();
  add_job_options(*verb, *options);
  add_threads_option(*verb, *options, "all of the machine; 1 for training");
  verb->add_flag("--resume", options->resume, "Only go on with a training, never start one");
  verb->add_flag("--force", options->force,
                 "Train in place of another training that the output folder holds")
      ->excludes("--resume");
  verb->add_option("--frames", options->frames,
                   "Test frames to simulate the hardware on; 0: no hardware; default: 256")
      ->check(CLI::Range(0, std::numeric_limits<int>::max()))
      ->type_name("N");
  add_saturation_option(*verb, options->saturation);
  verb->footer(
      "Every stage writes OUT/STAGE.json. A stage is skipped when its inputs have not changed, "
      "and\n"
      "the training also when a model trained from this config stands beside it. A training that\n"
      "was stopped goes on from its checkpoint. The report includes a synthesis that `emamba "
      "synth`\n"
      "made of the same design.\n\n"
      "Example: emamba flow models/fashion-mnist/config.toml");
  verb->callback([options] {
    const FlowChoice choice{.resume = options->resume,
                            .force = options->force,
                            .frames = options->frames,
                            .saturation = options->saturation};
    const nlohmann::json result = run_flow(job_of(*options), choice);
    print_result(*options, result, [](const auto& all) { fmt::print("{}", flow_summary(all)); });
    require_simulated(result);
  });
}

}  // namespace emamba
