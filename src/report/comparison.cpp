// SPDX-License-Identifier: Apache-2.0
#include "report/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "report/document.h"
#include "report/measures.h"
#include "report/text_table.h"

namespace emamba {
namespace {

using nlohmann::json;

struct Tables {
  TextTable models, designs, ratios;
};

constexpr struct {
  const char *key, *text;
} kRules[] = {{"latency", "least latency that fits"},
              {"throughput", "most frames a second that fit"},
              {"multipliers-64", "most frames with 64 multipliers"},
              {"multipliers-512", "most frames with 512 multipliers"},
              {"smallest", "smallest"}};

std::string text_of(const std::string& rule) {
  for (const auto& [key, text] : kRules) {
    if (rule == key) return text;
  }
  return "";
}

// A number of the model's design for a rule; null where nothing fits, or the device has none.
json design_number(const json& model, const char* rule, const char* key) {
  const json& design = model.at("rules").at(rule);
  return design.is_null() ? json() : design.value(key, json());
}

// "latency cycles"
std::string what_of(const json& ratio) {
  std::string what = ratio.at("what");
  std::replace(what.begin(), what.end(), '_', ' ');
  return what;
}

Tables tables_of(const json& result) {
  Tables tables{
      TextTable({"model", "kind", "float", "integers", "parameters", "bytes", "products"}),
      TextTable({"design", "model", "latency", "cycles a frame", "multipliers", "DSP", "LUT"}),
      TextTable({"ratio", "of", "to", "times", "in the paper"})};
  for (const json& model : result.at("models")) {
    const std::vector<Measure> measures = measures_at(model);
    const json& metrics = model.at("metrics");
    tables.models.add(
        {model.at("name"), model.at("kind"), metrics_text(measures, metrics.at("float")),
         metrics_text(measures, metrics.at("integers")), model.at("parameters").dump(),
         model.at("bytes").dump(), model.at("products_per_frame").dump()});
  }
  for (const auto& [key, text] : kRules) {
    for (const json& model : result.at("models")) {
      const auto cell = [&, rule = key](const char* what) {
        const json value = design_number(model, rule, what);
        return value.is_null() ? "-" : value.dump();
      };
      tables.designs.add({text, model.at("name"), cell("latency_cycles"), cell("cycles_per_frame"),
                          cell("multipliers"), cell("dsp"), cell("lut")});
    }
  }
  for (const json& ratio : result.at("ratios")) {
    const std::string rule = ratio.at("rule");
    const std::string what = what_of(ratio);
    tables.ratios.add({rule.empty() ? what : fmt::format("{}: {}", text_of(rule), what),
                       ratio.at("of"), ratio.at("to"), number(ratio.at("value"), "{:.2f}"),
                       number(ratio.at("paper"), "{:.2f}")});
  }
  return tables;
}

// A row a model for every rule, with bars for what is compared: those of a rule are of one scale.
ReportTable designs_of(const json& result) {
  constexpr struct {
    const char *key, *name;
    ColumnKind kind;
  } kColumns[] = {{"latency_cycles", "latency, cycles", ColumnKind::kBar},
                  {"cycles_per_frame", "cycles a frame", ColumnKind::kBar},
                  {"multipliers", "multipliers", ColumnKind::kNumber},
                  {"dsp", "DSP", ColumnKind::kNumber},
                  {"lut", "LUT", ColumnKind::kBar}};
  ReportTable table{"The design of each model that is best by each rule", {}, {}};
  table.columns.push_back({"model", ColumnKind::kText});
  for (const auto& column : kColumns) table.columns.push_back({column.name, column.kind});
  for (const auto& [rule, text] : kRules) {
    std::vector<double> most;  // of a column
    for (const auto& column : kColumns) {
      most.push_back(1);
      for (const json& model : result.at("models")) {
        const json value = design_number(model, rule, column.key);
        if (!value.is_null()) most.back() = std::max(most.back(), value.get<double>());
      }
    }
    RowGroup group;
    group.head.resize(table.columns.size());
    group.head.front().text = text;
    for (const json& model : result.at("models")) {
      Row row = {{model.at("name")}};
      for (const auto& column : kColumns) {
        const json value = design_number(model, rule, column.key);
        if (value.is_null()) {
          row.push_back({"-"});
        } else {
          row.push_back({value.dump(), value.get<double>() / most[row.size() - 1]});
        }
      }
      group.rows.push_back(std::move(row));
    }
    table.groups.push_back(std::move(group));
  }
  return table;
}

// Of those that the paper reports, too.
Facts facts_of(const json& result) {
  Facts facts;
  for (const json& ratio : result.at("ratios")) {
    if (ratio.at("paper").is_null()) continue;
    facts.facts.push_back(
        {fmt::format("{}, {} to {}", what_of(ratio), ratio.at("of").get<std::string>(),
                     ratio.at("to").get<std::string>()),
         number(ratio.at("value"), "{:.2f}") + " x",
         fmt::format("{}; in the paper {} x", text_of(ratio.at("rule")),
                     number(ratio.at("paper"), "{:.2f}"))});
  }
  return facts;
}

std::string heading(const json& result) {
  return fmt::format(
      "Task {}, on the {}. For each model the design that is best by the rule; ratios say how "
      "many\n"
      "times more the one model takes than the other.\n\n",
      result.at("task").get<std::string>(), result.at("device").at("name").get<std::string>());
}

}  // namespace

std::string comparison_text(const json& result) {
  const Tables tables = tables_of(result);
  return fmt::format("{}{}\n{}\n{}", heading(result), tables.models.text(), tables.designs.text(),
                     tables.ratios.text());
}

std::string comparison_markdown(const json& result) {
  const Tables tables = tables_of(result);
  return fmt::format("{}{}\n{}\n{}", heading(result), tables.models.markdown(),
                     tables.designs.markdown(), tables.ratios.markdown());
}

std::string comparison_html(const json& result) {
  const Tables tables = tables_of(result);
  Document document;
  const std::string task = result.at("task"), device = result.at("device").at("name");
  document.title = fmt::format("Networks for {} on the {}", task, device);
  document.subtitle = "By `emamba compare`.";
  document.notice_title = "How the designs were chosen";
  document.notice = {
      "For every model, of all designs that `emamba explore` looks at, the one that is best by the "
      "rule; ratios say how many times more the one model takes than the first.",
      "Accuracy is measured on the whole test split. Cycles are exact; DSP and LUT are estimates."};
  if (Facts facts = facts_of(result); !facts.facts.empty()) {
    document.sections.push_back({"Against the paper", {std::move(facts)}});
  }
  document.sections.push_back(
      {"Models", {tables.models.report("Accuracy, and size for any design")}});
  document.sections.push_back({"Designs", {designs_of(result)}});
  document.sections.push_back(
      {"Ratios", {tables.ratios.report("How many times more, and what the paper reports")}});
  return document_html(document);
}

}  // namespace emamba
