// SPDX-License-Identifier: Apache-2.0
// Wording of metrics, of whatever kind.
#include "report/measures.h"

#include <fmt/format.h>

#include "report/fields.h"

namespace emamba {
namespace {

using nlohmann::json;

// After less before; adding 0 makes a zero of what would print as -0.
std::string signed_change(const Measure& measure, const json& before, const json& after) {
  const double change = real_at(after, measure.key) - real_at(before, measure.key);
  return fmt::format("{:+.2f}", change + 0.0);
}

// The metric is named where it is one of several.
std::string change_name(const std::vector<Measure>& measures) {
  return measures.size() == 1 ? measures.back().change_unit() : measures.back().change_of();
}

}  // namespace

std::string Measure::label() const {
  return unit.empty() ? name : fmt::format("{}, {}", name, unit);
}

std::string Measure::change_unit() const {
  return unit == "%" ? "points" : unit;
}

std::string Measure::change_of() const {
  return unit.empty() ? name : fmt::format("{} of {}", change_unit(), name);
}

Measure measure_of(const json& measure) {
  return {text_at(measure, "key"), text_at(measure, "name"), text_at(measure, "unit"),
          measure.at("larger_is_better").get<bool>()};
}

std::vector<Measure> measures_at(const json& result) {
  std::vector<Measure> measures;
  for (const json& measure : result.at("measures")) measures.push_back(measure_of(measure));
  result.at("measures").at(0);  // throws when there is none
  return measures;
}

std::string metrics_text(const std::vector<Measure>& measures, const json& metrics) {
  std::string text;
  for (std::size_t i = 0; i < measures.size(); ++i) {
    const Measure& measure = measures[i];
    if (i > 0) text += ", ";
    if (measures.size() > 1) text += measure.name + " ";
    text += fmt::format("{:.2f}", real_at(metrics, measure.key));
    const bool next_says_it = i + 1 < measures.size() && measures[i + 1].unit == measure.unit;
    if (!measure.unit.empty() && !next_says_it) text += " " + measure.unit;
  }
  return text;
}

std::string change_text(const std::vector<Measure>& measures, const json& before,
                        const json& after) {
  const std::string name = change_name(measures);
  return signed_change(measures.back(), before, after) + (name.empty() ? "" : " " + name);
}

ReportTable arithmetic_table(const std::vector<Measure>& measures, const json& metrics) {
  ReportTable table{"", {{"arithmetic", ColumnKind::kText}}, {{}}};
  for (const Measure& measure : measures) table.columns.push_back({measure.label()});
  const std::string name = change_name(measures);
  table.columns.push_back({name.empty() ? "change" : "change, " + name});
  table.columns.push_back({"comes from", ColumnKind::kText});
  const auto add = [&](const char* arithmetic, const char* key, const std::string& change,
                       const char* reason) {
    Row row = {{arithmetic}};
    for (const Measure& measure : measures) {
      row.push_back({fmt::format("{:.2f}", real_at(metrics.at(key), measure.key))});
    }
    row.push_back({change});
    row.push_back({reason});
    table.groups.front().rows.push_back(std::move(row));
  };
  const auto change = [&](const char* before, const char* after) {
    return signed_change(measures.back(), metrics.at(before), metrics.at(after));
  };
  add("float, exact functions", "float", kNone, kNone);
  add("float, piecewise linear", "pwl", change("float", "pwl"), "lines for SiLU and exp");
  add("integers only", "golden", change("pwl", "golden"), "rounding weights and edges");
  return table;
}

}  // namespace emamba
