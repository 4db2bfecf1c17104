// SPDX-License-Identifier: Apache-2.0
#include "report/comparison.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

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
      const json& design = model.at("rules").at(key);
      const auto cell = [&](const char* what) {
        return design.is_null() || !design.contains(what) ? "-" : design.at(what).dump();
      };
      tables.designs.add({text, model.at("name"), cell("latency_cycles"), cell("cycles_per_frame"),
                          cell("multipliers"), cell("dsp"), cell("lut")});
    }
  }
  for (const json& ratio : result.at("ratios")) {
    const std::string rule = ratio.at("rule");
    std::string what = ratio.at("what");
    std::replace(what.begin(), what.end(), '_', ' ');
    tables.ratios.add({rule.empty() ? what : fmt::format("{}: {}", text_of(rule), what),
                       ratio.at("of"), ratio.at("to"), number(ratio.at("value"), "{:.2f}"),
                       number(ratio.at("paper"), "{:.2f}")});
  }
  return tables;
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

}  // namespace emamba
