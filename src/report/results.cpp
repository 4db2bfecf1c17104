// SPDX-License-Identifier: Apache-2.0
// The pages that show all models.
#include "report/results.h"

#include <fmt/format.h>

#include <array>
#include <sstream>

#include "base/error.h"
#include "report/fields.h"
#include "report/generated.h"
#include "report/markdown.h"
#include "report/measures.h"
#include "report/quality.h"

namespace emamba {
namespace {

using nlohmann::json;

constexpr std::array kEngines = {"float", "pwl", "golden"};  // as arithmetic_table() names them

template <class Make>
std::string checked(const Make& make) {
  try {
    return make();
  } catch (const json::exception& e) {
    throw Error(fmt::format("a model's results lack what the tables need: {}", e.what()),
                "measure again with `emamba results CONFIG`");
  }
}

// The folder of a model's files.
std::string folder_of(const json& result) {
  const std::string config = text_at(result, "config");
  return config.substr(0, config.rfind('/'));
}

// An engine's metrics, as they are printed.
std::string metrics_text(const json& result, const char* engine) {
  return metrics_text(measures_at(result), result.at(engine).at("metrics"));
}

ReportTable metrics_table(const json& result) {
  json metrics = json::object();
  for (const char* engine : kEngines) metrics[engine] = result.at(engine).at("metrics");
  ReportTable table = arithmetic_table(measures_at(result), metrics);
  table.columns.push_back({"made by", ColumnKind::kText});
  std::vector<Row>& rows = table.groups.front().rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].push_back({text_at(result.at(kEngines.at(i)), "command")});
  }
  return table;
}

ReportTable files_table(const json& result) {
  ReportTable table{"Files measured, and data files",
                    {{"file", ColumnKind::kText}, {"SHA-256", ColumnKind::kText}},
                    {{}}};
  for (const char* key : {"files", "data"}) {
    for (const auto& [file, hash] : result.at(key).items()) {
      table.groups.front().rows.push_back({{one_line(file)}, {one_line(hash)}});
    }
  }
  return table;
}

std::string model_section(const json& result) {
  std::string text = fmt::format("## {}\n\n", markdown_text(folder_of(result)));
  const json& training = result.at("training");
  text += markdown_text(fmt::format(
      "Task {}, {} parameters, {} bytes of integers; {} test samples. Trained with seed {} in "
      "{:.0f} s ({}, {}): {}. Quantised by {}. Measured by {}.",
      text_at(result, "task"), thousands(count_at(result, "parameters")),
      thousands(count_at(result, "program_bytes")), thousands(count_at(result, "samples")),
      count_at(training, "seed"), real_at(training, "seconds"), text_at(training, "machine"),
      counted(count_at(training, "threads"), "thread") + " used", text_at(training, "command"),
      text_at(result.at("quantize"), "command"), text_at(result, "command")));
  text += "\n\n";
  for (const json& note : result.at("notes")) {
    text += fmt::format("Known of the data: {}\n\n", markdown_text(one_line(note)));
  }
  text += markdown_table(metrics_table(result)) + "\n";
  const std::vector<Evaluation> both = {{"floating point", result.at("float").at("details")},
                                        {"integers only", result.at("golden").at("details")}};
  text += markdown_table(parts_table(both, measures_at(result))) + "\n";
  return text + markdown_table(files_table(result));
}

}  // namespace

std::string results_overview(const std::vector<json>& results) {
  return checked([&] {
    ReportTable table{"",
                      {{"model", ColumnKind::kText},
                       {"task", ColumnKind::kText},
                       {"parameters"},
                       {"floating point"},
                       {"integers only"},
                       {"difference"},
                       {"latency, cycles"},
                       {"cycles a frame"},
                       {"multipliers"}},
                      {{}}};
    for (const json& result : results) {
      const json& hardware = result.at("hardware");
      table.groups.front().rows.push_back(
          {{folder_of(result)},
           {text_at(result, "task")},
           {thousands(count_at(result, "parameters"))},
           {metrics_text(result, "float")},
           {metrics_text(result, "golden")},
           {change_text(measures_at(result), result.at("float").at("metrics"),
                        result.at("golden").at("metrics"))},
           {thousands(count_at(hardware, "latency_cycles"))},
           {thousands(count_at(hardware, "cycles_per_frame"))},
           {thousands(count_at(hardware, "multipliers"))}});
    }
    return markdown_table(table);
  });
}

std::string results_details(const std::vector<json>& results) {
  return checked([&] {
    std::string text;
    for (const json& result : results) {
      if (!text.empty()) text += "\n";
      text += model_section(result);
    }
    return text;
  });
}

std::string with_results(const std::string& page, const std::string& content,
                         const std::string& path) {
  if (const auto replaced = with_generated(page, "results", content)) return *replaced;
  throw Error(fmt::format("{}: no place for the results", path),
              fmt::format("it needs the lines {} and {}, once each", begin_line("results"),
                          end_line("results")));
}

std::string first_difference(const std::string& text, const std::string& expected) {
  std::istringstream lines(text), expected_lines(expected);
  for (std::size_t number = 1;; ++number) {
    std::string line, expected_line;
    const bool more = static_cast<bool>(std::getline(lines, line));
    const bool expected_more = static_cast<bool>(std::getline(expected_lines, expected_line));
    if (!more && !expected_more) break;
    if (more == expected_more && line == expected_line) continue;
    return fmt::format("line {} is \"{}\", expected \"{}\"", number, line, expected_line);
  }
  return text == expected ? "" : "the ends of the last lines differ";
}

}  // namespace emamba
