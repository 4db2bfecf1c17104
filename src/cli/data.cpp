// SPDX-License-Identifier: Apache-2.0
// `emamba data`: what is there of the data sets, what is missing, and how to get it.
#include <CLI/CLI.hpp>
#include <memory>

#include "base/progress.h"
#include "cli/cli.h"
#include "data/catalogue.h"
#include "data/dataset.h"
#include "data/fetch.h"
#include "data/inventory.h"
#include "flow/data.h"
#include "report/text_table.h"

namespace emamba {
namespace {

nlohmann::json to_json(const DataSetState& state) {
  nlohmann::json files = nlohmann::json::object();
  for (const auto& [name, path] : state.files) {
    files[name] = path.empty() ? nlohmann::json() : nlohmann::json(path);
  }
  return {{"name", state.name},
          {"usable", state.usable()},
          {"files", files},
          {"training_samples", state.training_samples},
          {"test_samples", state.test_samples},
          {"warnings", state.warnings},
          {"problem", state.problem},
          {"remedy", state.remedy}};
}

std::string folder_of(const DataSetState& state) {
  for (const auto& [name, path] : state.files) {
    if (!path.empty()) return path.substr(0, path.rfind('/'));
  }
  return "-";
}

const char* state_of(const DataSetState& state) {
  const bool complete = std::none_of(state.files.begin(), state.files.end(),
                                     [](const auto& file) { return file.second.empty(); });
  return state.usable() ? "found" : state.damaged ? "damaged" : complete ? "unreadable" : "missing";
}

void list_data_sets(const CommonOptions& options) {
  const std::string folder = data_folder(options.data);
  const std::vector<DataSetState> states =
      find_data_sets(folder, workplace_of(options).observer.progress("data sets"));
  nlohmann::json list = nlohmann::json::array();
  for (const DataSetState& state : states) list.push_back(to_json(state));
  print_result(options, {{"folder", folder}, {"data_sets", list}}, [&](const auto&) {
    TextTable table({"data set", "state", "training", "test", "folder"});
    for (const DataSetState& state : states) {
      table.add({state.name, state_of(state),
                 state.usable() ? fmt::format("{}", state.training_samples) : "-",
                 state.usable() ? fmt::format("{}", state.test_samples) : "-", folder_of(state)});
    }
    fmt::print("{}", table.text());
    for (const DataSetState& state : states) {
      for (const std::string& warning : state.warnings) fmt::print("{}: {}\n", state.name, warning);
      if (!state.usable()) fmt::print("\n{}: {}\n{}\n", state.name, state.problem, state.remedy);
    }
  });
}

void print_splits(const nlohmann::json& result) {
  TextTable table({"split", "samples"});
  for (const auto& [name, samples] : result.at("samples").items()) {
    table.add({name, fmt::format("{}", samples.get<std::size_t>())});
  }
  fmt::print("{}", table.text());
  for (const auto& warning : result.at("warnings")) fmt::print("{}\n", warning.get<std::string>());
}

}  // namespace

void add_data(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("data", "List the data sets, or download one");
  auto options = std::make_shared<CommonOptions>();
  verb->add_option("config", options->config, "Show the splits of this model's data set instead")
      ->type_name("config.toml");
  add_data_option(*verb, *options);
  add_json_option(*verb, *options);
  verb->footer("Example: emamba data --data ~/data-sets");

  add_data_inspect(*verb);
  CLI::App* fetch = verb->add_subcommand("fetch", "Download a data set and check it");
  auto name = std::make_shared<std::string>();
  fetch->add_option("name", *name, "fashion-mnist, cifar-10 or mars")
      ->required()
      ->type_name("NAME");
  add_data_option(*fetch, *options);
  add_json_option(*fetch, *options);
  fetch->footer(
      "An interrupted download goes on where it stopped.\n\n"
      "Example: emamba data fetch mars --data ~/data-sets");
  fetch->callback([options, name] {
    const DataSet& set = data_set(*name);
    const std::string folder = data_folder(options->data);
    {
      ProgressLine line("fetch " + set.name);
      fetch_data_set(set, folder, line.callback());
    }
    const std::string target = download_folder(set, folder);
    nlohmann::json files = nlohmann::json::object();
    for (const std::string& file : set.files) files[file] = find_data_file(set, folder, file);
    print_result(*options, {{"name", set.name}, {"folder", target}, {"files", files}},
                 [&](const auto&) { fmt::print("{} is in {}\n", set.name, target); });
  });
  verb->callback([verb, options] {
    if (!verb->get_subcommands().empty()) return;
    if (options->config.empty()) return list_data_sets(*options);
    const Job job = job_of(*options);
    print_result(*options, data_stage(job, data_hashes(job)), print_splits);
  });
}

}  // namespace emamba
