// SPDX-License-Identifier: Apache-2.0
// `emamba explore`: the accelerators that no other one beats.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/cli.h"
#include "flow/explore.h"
#include "report/exploration.h"

namespace emamba {
namespace {

struct Options : CommonOptions {
  std::string device;
};

}  // namespace

void add_explore(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("explore", "Every accelerator of a model that no other one beats");
  auto options = std::make_shared<Options>();
  add_job_options(*verb, *options);
  add_threads_option(*verb, *options, "all of the machine");
  verb->add_option("--device", options->device, "The same as --set hardware.device=NAME")
      ->type_name("NAME");
  verb->footer(
      "Tries lanes, folding targets and shared blocks, and keeps the designs that fit the device "
      "and\n"
      "that no other one beats in cycles a frame, latency, multipliers and resources together. "
      "Cycles\n"
      "are exact, resources are estimates. Writes OUT/explore.json, explore.csv and explore.html, "
      "a\n"
      "page to choose from. Every line can be had with its settings:\n\n"
      "  emamba verify CONFIG --set hardware.lanes=... --set hardware.cycles_per_token=...\n\n"
      "For one design by a goal see hardware.goal in `emamba inspect --keys`.\n\n"
      "Example: emamba explore models/mars/config.toml --device zcu102");
  verb->callback([options] {
    CommonOptions common = *options;
    if (!options->device.empty()) common.overrides.push_back("hardware.device=" + options->device);
    const Job job = job_of(common);
    const FolderLock lock = prepare_out(job, {"explore.json", "explore.csv", "explore.html"});
    const nlohmann::json result = explore_stage(job);
    write_exploration(job, result);
    print_result(common, result, [&](const nlohmann::json& points) {
      fmt::print("{}", exploration_text(points));
      fmt::print("\nWrote {0}/explore.html, {0}/explore.csv and {0}/explore.json.\n", job.out);
    });
  });
}

}  // namespace emamba
