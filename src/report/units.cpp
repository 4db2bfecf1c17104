// SPDX-License-Identifier: Apache-2.0
// Units of a plan from JSON.
#include "report/units.h"

#include "report/fields.h"

namespace emamba {
namespace {

using nlohmann::json;

// Of the device's kinds, and of what the synthesis counted besides.
ReportParts synthesised_parts(const json& plan, const json& synth, const json& parts) {
  ReportParts result;
  for (const json* kinds : {&plan.at("device").at("resources"), &synth.at("details")}) {
    for (const json& kind : *kinds) {
      const std::string key = text_at(kind, "key");
      result[key] = real_at(parts, key);
    }
  }
  return result;
}

void add(ReportParts& sum, const ReportParts& parts) {
  for (const auto& [key, count] : parts) sum[key] += count;
}

void add(ReportUnit& sum, const ReportUnit& unit) {
  sum.multipliers += unit.multipliers;
  sum.products += unit.products;
  add(sum.estimate, unit.estimate);
  // A sum without one of its units would pass for a small block.
  if (sum.synthesised && unit.synthesised) {
    add(*sum.synthesised, *unit.synthesised);
  } else {
    sum.synthesised.reset();
  }
}

}  // namespace

std::pair<std::string, std::string> split_name(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) return {"", name};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

std::optional<ReportParts> synthesised_total(const json& plan, const json& synth) {
  if (synth.is_null()) return {};
  return synthesised_parts(plan, synth, synth);
}

std::vector<ReportUnit> report_units(const json& plan, const json& synth) {
  std::map<std::string, ReportParts> synthesised;
  if (!synth.is_null()) {
    for (const json& unit : synth.at("units")) {
      synthesised[text_at(unit, "name")] = synthesised_parts(plan, synth, unit);
    }
  }
  std::vector<ReportUnit> units;
  for (const json& u : plan.at("units")) {
    ReportUnit unit{.name = text_at(u, "name"),
                    .kind = text_at(u, "kind"),
                    .multipliers = count_at(u, "multipliers"),
                    .products = count_at(u, "products_per_frame"),
                    .busy = count_at(u, "busy_cycles"),
                    .estimate = {},
                    .synthesised = {}};
    for (const json& resource : plan.at("device").at("resources")) {
      const std::string key = text_at(resource, "key");
      unit.estimate[key] = real_at(u, key);
    }
    const auto found = synthesised.find(unit.name);
    if (found != synthesised.end()) unit.synthesised = found->second;
    units.push_back(std::move(unit));
  }
  return units;
}

std::vector<RowGroup> unit_rows(const std::vector<ReportUnit>& units, const UnitRow& row,
                                const UnitRow& head) {
  std::vector<RowGroup> groups;
  for (std::size_t begin = 0, end = 0; begin < units.size(); begin = end) {
    const std::string block = split_name(units[begin].name).first;
    ReportUnit sum = units[begin];
    RowGroup group;
    for (; end < units.size(); ++end) {
      const auto [unit_block, label] = split_name(units[end].name);
      if (unit_block != block) break;
      group.rows.push_back(row(units[end], label));
      if (end > begin) add(sum, units[end]);
    }
    if (!block.empty()) group.head = head(sum, block);
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace emamba
