// SPDX-License-Identifier: Apache-2.0
// `emamba ablate`: what every design choice costs, over several seeds.
#include "flow/ablate.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "base/files.h"
#include "cli/cli.h"
#include "report/ablation.h"

namespace emamba {
namespace {

struct Options : CommonOptions {
  AblationChoice choice;
  std::string write;
};

}  // namespace

void add_ablate(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("ablate", "Measure what every design choice costs, over several seeds");
  auto options = std::make_shared<Options>();
  add_job_options(*verb, *options);
  add_threads_option(*verb, *options, "all of the machine; 1 for training");
  verb->add_option("--seeds", options->choice.seeds, "Train with train.seed = 1 .. N; default: 3")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
  verb->add_option("--only", options->choice.only,
                   "Only these groups, e.g. norm,state; the baseline is always measured")
      ->delimiter(',')
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)
      ->type_name("GROUP[,GROUP]");
  verb->add_option("--split", options->choice.split, "test (default), val or train")
      ->check(CLI::IsMember({"test", "val", "train"}))
      ->type_name("test|val|train");
  verb->add_option("--write", options->write,
                   "Also put the table into FILE, between the lines '<!-- ablation NAME:begin -->' "
                   "and\n'<!-- ablation NAME:end -->'; at its end if it has none")
      ->type_name("FILE");
  verb->footer(
      "Norm, delta, convolution, position and overlap are trained anew; lines, functions, scan,\n"
      "calibration, state, weights and fine-tuning use the configured model; for its own seed the "
      "one beside\n"
      "config.toml, if that was trained so. Every number is kept in OUT/ablate, so that the next\n"
      "run measures only what is missing or has changed, and goes on with a training that was\n"
      "stopped. The result is in OUT/ablation.json.\n\n"
      "Example: emamba ablate models/mars/config.toml --set train.epochs=20 --seeds 2");
  verb->callback([options] {
    const Job job = job_of(*options);
    const std::string& name = job.spec.name;
    const std::string place = "ablation " + name;
    if (!options->write.empty()) page_with(options->write, place, "");  // fails early
    const nlohmann::json result = run_ablation(job, options->choice);
    const TextTable table = ablation_table(result);
    const std::string caption = ablation_caption(result);
    if (!options->write.empty()) {
      const std::string part = fmt::format("### {}\n\n{}\n\n{}", name, caption, table.markdown());
      write_file(options->write, page_with(options->write, place, part));
    }
    print_result(*options, result,
                 [&](const auto&) { fmt::print("\n{}\n{}\n", table.text(), caption); });
  });
}

}  // namespace emamba
