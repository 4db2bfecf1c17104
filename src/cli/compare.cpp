// SPDX-License-Identifier: Apache-2.0
// `emamba compare`: models of one task side by side.
#include <CLI/CLI.hpp>
#include <memory>

#include "base/files.h"
#include "cli/cli.h"
#include "flow/compare.h"
#include "report/comparison.h"

namespace emamba {

void add_compare(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "compare", "Models of one task side by side, as accelerators on one device");
  struct Options : CommonOptions {
    std::vector<std::string> configs;
    std::string device = "zcu102";
    bool markdown = false;
    std::string html;
  };
  auto options = std::make_shared<Options>();
  verb->add_option(
          "configs", options->configs,
          "Configs with model, program and results.json beside them; ratios are to the first")
      ->type_name("config.toml")
      ->required();
  verb->add_option("--device", options->device, "The device that designs must fit")
      ->type_name("NAME")
      ->capture_default_str();
  CLI::Option* markdown = verb->add_flag("--markdown", options->markdown, "Print Markdown");
  verb->add_option("--html", options->html, "Also write a page to FILE")->type_name("FILE");
  add_threads_option(*verb, *options, "all of the machine");
  add_json_option(*verb, *options);
  markdown->excludes(verb->get_option("--json"));
  verb->footer(
      "Accuracy is what `emamba results` measured; cycles are exact, resources are estimates. For\n"
      "every model, of all designs that `emamba explore` looks at: that of least latency, that of\n"
      "most frames a second, those of most frames with at most 64 and 512 multipliers, and the\n"
      "smallest.\n\n"
      "Example: emamba compare models/mars/config.toml models/mars-cnn/config.toml");
  verb->callback([options] {
    std::vector<Job> jobs;
    for (const std::string& config : options->configs) {
      jobs.push_back(
          open_job(config, {"hardware.device=" + options->device}, workplace_of(*options)));
    }
    if (!options->html.empty()) require_replaceable(options->html);
    const nlohmann::json result = compare_stage(jobs);
    if (!options->html.empty()) write_file(options->html, comparison_html(result));
    print_result(*options, result, [&](const nlohmann::json& r) {
      fmt::print("{}", options->markdown ? comparison_markdown(r) : comparison_text(r));
    });
  });
}

}  // namespace emamba
