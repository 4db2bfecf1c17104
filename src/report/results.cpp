// SPDX-License-Identifier: Apache-2.0
#include "report/results.h"

#include <fmt/format.h>

#include <sstream>

#include "base/error.h"
#include "report/fields.h"
#include "report/generated.h"
#include "report/markdown.h"

namespace emamba {
namespace {

using nlohmann::json;

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

bool regression(const json& result) {
  return result.at("float").at("metrics").contains("rmse_cm");
}

std::string metric_text(const json& result, const char* engine) {
  const json& metrics = result.at(engine).at("metrics");
  if (!regression(result)) return fmt::format("{:.2f} %", real_at(metrics, "accuracy"));
  return fmt::format("MAE {:.2f}, RMSE {:.2f} cm", real_at(metrics, "mae_cm"),
                     real_at(metrics, "rmse_cm"));
}

// Golden's less float's; adding 0 makes a zero of what would print as -0.
std::string difference_text(const json& result) {
  const char* key = regression(result) ? "rmse_cm" : "accuracy";
  const double difference = real_at(result.at("golden").at("metrics"), key) -
                            real_at(result.at("float").at("metrics"), key);
  return fmt::format("{:+.2f} {}", difference + 0.0, regression(result) ? "cm of RMSE" : "points");
}

ReportTable metrics_table(const json& result) {
  ReportTable table{
      "",
      {{"arithmetic", ColumnKind::kText}, {"test split"}, {"made by", ColumnKind::kText}},
      {{}}};
  const auto add = [&](const char* name, const char* engine) {
    table.groups.front().rows.push_back(
        {{name}, {metric_text(result, engine)}, {text_at(result.at(engine), "command")}});
  };
  add("float, exact functions", "float");
  add("float, piecewise linear", "pwl");
  add("integers only", "golden");
  return table;
}

// A number of every engine beside those of the same thing by the other.
ReportTable recall_table(const json& result) {
  ReportTable table{"Recall by class, percent",
                    {{"class", ColumnKind::kText}, {"floating point"}, {"integers only"}},
                    {{}}};
  const json& classes = result.at("golden").at("details").at("classes");
  for (std::size_t c = 0; c < classes.size(); ++c) {
    Row row = {{one_line(classes[c])}};
    for (const char* engine : {"float", "golden"}) {
      const json& recall = result.at(engine).at("details").at("recall").at(c);
      row.push_back({recall.is_null() ? kNone : fmt::format("{:.2f}", recall.get<double>())});
    }
    table.groups.front().rows.push_back(std::move(row));
  }
  return table;
}

ReportTable error_table(const json& result, const char* key, const std::string& name) {
  ReportTable table{"Errors by " + name + ", cm", {{name, ColumnKind::kText}}, {{}}};
  const json& parts = result.at("golden").at("details").at(key);
  const bool with_frames = !parts.empty() && parts.front().contains("samples");
  if (with_frames) table.columns.push_back({"frames"});
  for (const char* column :
       {"MAE, floating point", "MAE, integers", "RMSE, floating point", "RMSE, integers"}) {
    table.columns.push_back({column});
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Row row = {{text_at(parts[i], "name")}};
    if (with_frames) row.push_back({thousands(count_at(parts[i], "samples"))});
    for (const char* error : {"mae_cm", "rmse_cm"}) {
      for (const char* engine : {"float", "golden"}) {
        const json& part = result.at(engine).at("details").at(key).at(i);
        row.push_back({fmt::format("{:.2f}", real_at(part, error))});
      }
    }
    table.groups.front().rows.push_back(std::move(row));
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
  if (regression(result)) {
    for (const auto& [key, name] : {std::pair{"axes", "axis"}, std::pair{"joints", "joint"},
                                    std::pair{"subjects", "subject"}}) {
      if (result.at("golden").at("details").at(key).empty()) continue;
      text += markdown_table(error_table(result, key, name)) + "\n";
    }
  } else {
    text += markdown_table(recall_table(result)) + "\n";
  }
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
      table.groups.front().rows.push_back({{folder_of(result)},
                                           {text_at(result, "task")},
                                           {thousands(count_at(result, "parameters"))},
                                           {metric_text(result, "float")},
                                           {metric_text(result, "golden")},
                                           {difference_text(result)},
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
