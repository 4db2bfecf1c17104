// SPDX-License-Identifier: Apache-2.0
// `emamba init`: from files of one's own data to a configuration to start with.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "base/files.h"
#include "base/text.h"
#include "cli/cli.h"
#include "data/own_config.h"

namespace emamba {
namespace {

namespace fs = std::filesystem;

struct Options : CommonOptions {
  std::string folder, name;
  std::vector<std::string> files;
};

// A name as config.toml wants it, from the folder's.
std::string name_from(const std::string& folder) {
  const fs::path path = fs::absolute(folder).lexically_normal();
  std::string name = (path.has_filename() ? path : path.parent_path()).filename().string();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !is_name_char(c); }, '-');
  return name;
}

void run(const Options& options) {
  const std::string config = (fs::path(options.folder) / "config.toml").string();
  if (file_exists(config)) {
    throw Error(config + ": is there already", "remove it, or name another folder");
  }
  const OwnTask task = open_own_data(guess_files(options.files));
  const std::string name = options.name.empty() ? name_from(options.folder) : options.name;
  write_file(config, starting_config(task, name, options.folder));
  const TaskShape& s = task.shape;
  const nlohmann::json result = {
      {"config", config},
      {"name", name},
      {"kind", name_of_key(task.data.kind)},
      {"answer", name_of_key(task.data.answer)},
      {"sample",
       {{"height", s.height}, {"width", s.width}, {"channels", s.channels}, {"vocab", s.vocab}}},
      {"outputs", s.outputs}};
  print_result(options, result, [&](const nlohmann::json&) {
    fmt::print(
        "wrote {}: samples of {} x {} x {}, {} {}\n"
        "look at the data with `emamba data inspect {}`, then run `emamba flow {}`\n",
        config, s.height, s.width, s.channels, s.outputs,
        s.regression ? "numbers to learn" : "classes", config, config);
  });
}

}  // namespace

void add_init(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("init", "Write a config.toml for data of your own");
  auto options = std::make_shared<Options>();
  verb->add_option("folder", options->folder, "Where config.toml goes; created if absent")
      ->required()
      ->type_name("DIR");
  verb->add_option("--from", options->files,
                   "The .npy files; their names tell what they are, e.g. x_train.npy y_train.npy "
                   "x_test.npy y_test.npy, and x_val.npy y_val.npy if there are any")
      ->required()
      ->type_name("FILE...");
  verb->add_option("--name", options->name, "Of the model; default: the folder's")
      ->type_name("NAME");
  add_json_option(*verb, *options);
  verb->footer("Example: emamba init my-model --from data/*.npy");
  verb->callback([options] { run(*options); });
}

}  // namespace emamba
