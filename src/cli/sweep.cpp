// SPDX-License-Identifier: Apache-2.0
// `emamba sweep`: families of networks at several sizes.
#include "flow/sweep.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "base/files.h"
#include "cli/cli.h"
#include "report/sweep.h"

namespace emamba {

void add_sweep(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("sweep", "Parameters against accuracy, of families of networks");
  struct Options : CommonOptions {
    std::string write, svg;
  };
  auto options = std::make_shared<Options>();
  verb->add_option("sweep", options->config, "The sweep's file")
      ->type_name("sweep.toml")
      ->required();
  verb->add_option("--out", options->out, "Folder of the results; default: out/sweeps/NAME")
      ->type_name("DIR");
  add_data_option(*verb, *options);
  add_threads_option(*verb, *options, "all of the machine; 1 for training");
  add_json_option(*verb, *options);
  verb->add_option("--svg", options->svg, "Also draw the picture into FILE")->type_name("FILE");
  verb->add_option("--write", options->write,
                   "Also put the tables into FILE, between the lines '<!-- sweep NAME:begin -->' "
                   "and\n'<!-- sweep NAME:end -->'; at its end if it has none")
      ->type_name("FILE");
  verb->footer(
      "The file names families, each with a config and with keys that make its sizes of it:\n\n"
      "  name = \"mars\"\n"
      "  seeds = 3\n"
      "  [[family]]\n"
      "  name = \"mamba\"\n"
      "  config = \"../models/mars/config.toml\"\n"
      "  sizes = [[\"model.D=12\"], []]\n\n"
      "Every size is trained with every seed, and measured on the test split in floating point "
      "and\n"
      "in integers (fine-tuned where the config says so). Every model and number is kept in\n"
      "OUT/sweep, so that the next run measures only what is missing or has changed, and goes on\n"
      "with a training that was stopped. The result is in OUT/sweep.json.\n\n"
      "Example: emamba sweep sweeps/mars.toml --svg mars.svg");
  verb->callback([options] {
    const Sweep sweep = read_sweep(options->config, workplace_of(*options));
    const std::string place = "sweep " + sweep.name;
    if (!options->write.empty()) page_with(options->write, place, "");  // fails early
    const nlohmann::json result = run_sweep(sweep);
    if (!options->svg.empty()) write_file(options->svg, sweep_svg(result));
    if (!options->write.empty()) {
      write_file(options->write, page_with(options->write, place, sweep_markdown(result)));
    }
    print_result(*options, result, [](const nlohmann::json& r) {
      fmt::print("\n{}\n{}\n{}\n", sweep_table(r).text(), sweep_equals(r).text(), sweep_caption(r));
    });
  });
}

}  // namespace emamba
