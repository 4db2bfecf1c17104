// SPDX-License-Identifier: Apache-2.0
// The spans of every unit, out of a plan.
#include "report/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "report/fields.h"
#include "report/units.h"

namespace emamba {
namespace {

using nlohmann::json;

// What a unit's instances are compared by: the core first, for gathering and serialising around it
// take as many steps; then the most steps.
std::pair<bool, std::int64_t> rank(const json& instance) {
  const auto vectors = static_cast<std::int64_t>(instance.at("spans").size());
  return {instance.at("core").get<bool>(), count_at(instance.at("timing"), "active") * vectors};
}

const json* busiest_instance(const json& plan, const std::string& unit) {
  const json* best = nullptr;
  for (const json& instance : plan.at("instances")) {
    if (text_at(instance, "unit") != unit || instance.at("spans").empty()) continue;
    if (best == nullptr || rank(instance) > rank(*best)) best = &instance;
  }
  return best;
}

// Which of a frame's `vectors` the one at `index` is. Shared blocks see every token once a pass.
std::string vector_name(std::size_t index, std::size_t vectors, std::size_t tokens) {
  if (vectors <= 1 && tokens > 1) return "whole frame";
  if (vectors <= tokens) return fmt::format("token {}", index);
  return fmt::format("block {}, token {}", index / tokens, index % tokens);
}

}  // namespace

Timeline report_timeline(const json& plan) {
  const auto tokens = plan.at("inputs").at(0).at("vectors").get<std::size_t>();
  Timeline timeline;
  timeline.cycles = std::max<std::int64_t>(1, count_at(plan, "latency_cycles"));
  timeline.caption = fmt::format(
      "The first frame, from its first input to its last output: {} cycles. Each mark is one "
      "vector "
      "in one unit, from its first step to its last, with the waits between them.",
      thousands(timeline.cycles));
  for (const json& unit : plan.at("units")) {
    TimelineRow row;
    row.unit = text_at(unit, "name");
    std::tie(row.group, row.label) = split_name(row.unit);
    const json* instance = busiest_instance(plan, row.unit);
    if (instance == nullptr) continue;
    const json& spans = instance->at("spans");
    for (std::size_t i = 0; i < spans.size(); ++i) {
      const auto begin = spans[i].at(0).get<std::int64_t>(),
                 end = spans[i].at(1).get<std::int64_t>();
      row.spans.push_back({begin, end,
                           fmt::format("{}, {}: cycles {} - {}", row.unit,
                                       vector_name(i, spans.size(), tokens), begin, end)});
    }
    timeline.rows.push_back(std::move(row));
  }
  return timeline;
}

}  // namespace emamba
