// SPDX-License-Identifier: Apache-2.0
// Options that verbs share.
#include <CLI/CLI.hpp>

#include "cli/cli.h"

namespace emamba {

void add_job_options(CLI::App& verb, CommonOptions& options) {
  verb.add_option("config", options.config, "The model's config.toml")
      ->required()
      ->type_name("config.toml");
  verb.add_option("--set", options.overrides,
                  "Replace a key of config.toml, e.g. train.epochs=3; may be repeated")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  verb.add_option("--out", options.out, "Folder of the results; default: out/NAME")
      ->type_name("DIR");
  add_data_option(verb, options);
  add_json_option(verb, options);
}

void add_threads_option(CLI::App& verb, CommonOptions& options, const std::string& initial) {
  verb.add_option("--threads", options.threads, "Threads; default: " + initial)
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
}

void add_data_option(CLI::App& verb, CommonOptions& options) {
  verb.add_option("--data", options.data, "Folder of the data sets; default: $EMAMBA_DATA or data")
      ->type_name("DIR");
}

void add_json_option(CLI::App& verb, CommonOptions& options) {
  verb.add_flag("--json", options.json, "Print one JSON object; errors still go to stderr");
}

}  // namespace emamba
