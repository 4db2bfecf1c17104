// SPDX-License-Identifier: Apache-2.0
// `emamba data inspect`: what a user's own data are, and what may be wrong with them.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/cli.h"
#include "data/own_report.h"
#include "report/text_table.h"

namespace emamba {
namespace {

using nlohmann::json;

std::string shape_text(const json& file) {
  return fmt::format("{} ({})", file.at("dtype").get<std::string>(),
                     fmt::join(file.at("shape").get<std::vector<std::size_t>>(), ", "));
}

std::string count(const json& value) {
  return value.dump();
}

void print_parts(const json& parts) {
  TextTable table(
      {"part", "samples", "inputs", "targets", "NaN", "infinite", "repeated", "also in train"});
  for (const auto& [name, part] : parts.items()) {
    table.add({name, count(part.at("samples")), shape_text(part.at("inputs")),
               shape_text(part.at("targets")), count(part.at("nan")), count(part.at("infinite")),
               count(part.at("repeated")),
               part.contains("in_train") ? count(part.at("in_train")) : "-"});
  }
  fmt::print("{}", table.text());
}

// Channels, or the numbers to learn: `key` of every part.
void print_summaries(const json& parts, const char* key, const char* what) {
  TextTable table({what, "part", "min", "max", "mean", "std", ""});
  for (const auto& [name, part] : parts.items()) {
    if (!part.contains(key)) continue;
    std::size_t index = 0;
    for (const json& summary : part.at(key)) {
      const std::string label = summary.contains("name") ? summary.at("name").get<std::string>()
                                                         : fmt::format("{}", index);
      table.add({label, name, number(summary.at("min"), "{:.4g}"),
                 number(summary.at("max"), "{:.4g}"), number(summary.at("mean"), "{:.4g}"),
                 number(summary.at("std"), "{:.4g}"),
                 summary.at("constant").get<bool>() ? "constant" : ""});
      ++index;
    }
  }
  fmt::print("\n{}", table.text());
}

void print_classes(const json& parts) {
  std::vector<std::string> header = {"class"};
  for (const auto& [name, part] : parts.items()) header.push_back(name);
  TextTable table(header);
  const json& first = parts.begin()->at("classes");
  for (std::size_t c = 0; c < first.size(); ++c) {
    std::vector<std::string> row = {first[c].at("name")};
    for (const auto& [name, part] : parts.items()) {
      row.push_back(count(part.at("classes")[c].at("samples")));
    }
    table.add(row);
  }
  fmt::print("\n{}", table.text());
}

void print_inspection(const json& result) {
  const json& sample = result.at("sample");
  const json& parts = result.at("parts");
  fmt::print("{}: samples of {} x {} x {}, {}\n\n", result.at("kind").get<std::string>(),
             count(sample.at("height")), count(sample.at("width")), count(sample.at("channels")),
             result.at("answer").get<std::string>());
  print_parts(parts);
  const json& train = parts.at("train");
  if (train.contains("channels")) print_summaries(parts, "channels", "channel");
  if (train.contains("outputs")) print_summaries(parts, "outputs", "output");
  if (train.contains("classes")) print_classes(parts);
  for (const json& warning : result.at("warnings")) {
    fmt::print("\nwarning: {}\n", warning.get<std::string>());
  }
}

void run(const CommonOptions& options) {
  const Job job = job_of(options);
  if (!job.spec.task.own) {
    throw Error(fmt::format("data inspect: task \"{}\" is a public data set", job.spec.task.name),
                fmt::format("`emamba data {}` shows its splits", job.settings));
  }
  print_result(options, inspect_own_data(*job.spec.task.own), print_inspection);
}

}  // namespace

void add_data_inspect(CLI::App& data) {
  CLI::App* verb = data.add_subcommand(
      "inspect", "Shapes, ranges, classes and what may be wrong with data of your own");
  auto options = std::make_shared<CommonOptions>();
  verb->add_option("config", options->config, "The model's config.toml")
      ->required()
      ->type_name("config.toml");
  add_json_option(*verb, *options);
  verb->footer("Example: emamba data inspect my-model/config.toml");
  verb->callback([options] { run(*options); });
}

}  // namespace emamba
