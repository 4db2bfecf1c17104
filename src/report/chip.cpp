// SPDX-License-Identifier: Apache-2.0
#include "report/chip.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "report/fields.h"
#include "report/text_table.h"

namespace emamba {
namespace {

using nlohmann::json;

std::string rounded_count(double value) {
  return thousands(std::llround(value));
}

std::string summary(const json& asic) {
  std::string text = fmt::format(
      "In the standard cells of {} the accelerator takes {} square micrometres: {} cells, of these "
      "{} flip-flops, {} latches of memories and {} clock gates.",
      text_at(asic.at("target"), "name"), rounded_count(real_at(asic, "area_um2")),
      thousands(count_at(asic, "cells")), thousands(count_at(asic, "flip_flops")),
      thousands(count_at(asic, "latches")), thousands(count_at(asic, "clock_gates")));
  for (const json& corner : asic.at("corners")) {
    if (corner.at("fmax_mhz").is_null()) continue;
    text += fmt::format(" {} {:.0f} MHz without wires.", text_at(corner, "name") + ":",
                        real_at(corner, "fmax_mhz"));
  }
  if (const json& wires = asic.at("wire_load"); !wires.is_null()) {
    text += fmt::format(" With the library's wire-load model {}: {:.0f} MHz.",
                        text_at(wires, "model"), real_at(wires, "fmax_mhz"));
  }
  const json& path = asic.at("limiting_path");
  if (!path.is_null()) {
    text += fmt::format(" The clock is limited by {} cells from {} to {}.", count_at(path, "cells"),
                        text_at(path, "from"), text_at(path, "to"));
  }
  return text;
}

std::string energy_summary(const json& energy) {
  return fmt::format(
      "A frame takes {:.1f} nJ at {:g} MHz, {:.3g} pJ a product; {:.3g} mW frame behind frame, "
      "{:.3g} mW with the clock on and nothing offered. {} test frames went through the netlist: "
      "{} values, {} differ from golden's.",
      real_at(energy, "energy_nj_per_frame"), real_at(energy, "clock_mhz"),
      real_at(energy, "pj_per_mac"), real_at(energy, "power_mw"), real_at(energy, "idle_power_mw"),
      thousands(count_at(energy, "frames")), thousands(count_at(energy, "values_checked")),
      thousands(count_at(energy, "mismatches")));
}

// Units with what they have of the area and of a frame's energy.
ReportTable unit_table(const json& asic, const json& energy) {
  ReportTable table{"Units in standard cells",
                    {{"unit", ColumnKind::kText},
                     {"area, um2"},
                     {"share of area", ColumnKind::kBar},
                     {"cells"},
                     {"flip-flops"},
                     {"latches"},
                     {"MHz"}},
                    {{}}};
  std::map<std::string, double> energies;
  if (!energy.is_null()) {
    table.columns.insert(table.columns.end(),
                         {{"nJ a frame"}, {"share of energy", ColumnKind::kBar}});
    for (const json& unit : energy.at("units")) {
      energies[text_at(unit, "name")] = real_at(unit, "energy_nj_per_frame");
    }
  }
  for (const json& unit : asic.at("units")) {
    const double area = ratio(real_at(unit, "area_um2"), real_at(asic, "area_um2"));
    Row row = {{text_at(unit, "name")},
               {rounded_count(real_at(unit, "area_um2"))},
               {percent(area), area},
               {thousands(count_at(unit, "cells"))},
               {thousands(count_at(unit, "flip_flops"))},
               {thousands(count_at(unit, "latches"))},
               {number(unit.at("fmax_mhz"), "{:.0f}")}};
    if (!energy.is_null()) {
      const double own = energies.at(text_at(unit, "name"));
      const double share = ratio(own, real_at(energy, "energy_nj_per_frame"));
      row.insert(row.end(), {{fmt::format("{:.2f}", own)}, {percent(share), share}});
    }
    table.groups.front().rows.push_back(std::move(row));
  }
  return table;
}

// In other processes, by factors.
ReportTable equivalents_table(const json& asic, const json& energy) {
  ReportTable table{"The same in another process, by a factor",
                    {{"node"}, {"mm2"}, {"nJ a frame"}, {"by", ColumnKind::kText}},
                    {{}}};
  for (const json& area : asic.at("equivalents")) {
    std::string joules = kNone;
    if (!energy.is_null()) {
      for (const json& own : energy.at("equivalents")) {
        if (own.at("source") != area.at("source")) continue;
        joules = fmt::format("{:.1f}", real_at(own, "energy_nj_per_frame"));
      }
    }
    table.groups.front().rows.push_back({{fmt::format("{} nm", count_at(area, "node_nm"))},
                                         {fmt::format("{:.4f}", real_at(area, "area_mm2"))},
                                         {joules},
                                         {text_at(area, "source")}});
  }
  return table;
}

ReportTable layout_table(const json& layout) {
  ReportTable table{"Routed units",
                    {{"unit", ColumnKind::kText},
                     {"cells"},
                     {"core, um"},
                     {"filled", ColumnKind::kBar},
                     {"wire, mm"},
                     {"open nets"},
                     {"shorted groups"},
                     {"MHz, routed"},
                     {"without wires"},
                     {"hold slack, ns"}},
                    {{}}};
  for (const json& unit : layout.at("units")) {
    const json& core = unit.at("core_um");
    const double filled = real_at(unit, "utilisation");
    table.groups.front().rows.push_back(
        {{text_at(unit, "unit")},
         {thousands(count_at(unit, "cells"))},
         {fmt::format("{:.0f} x {:.0f}", core.at(0).get<double>(), core.at(1).get<double>())},
         {percent(filled), filled},
         {fmt::format("{:.1f}", real_at(unit, "wire_mm"))},
         {thousands(count_at(unit, "open_nets"))},
         {thousands(count_at(unit, "shorted_groups"))},
         {number(unit.at("fmax_mhz"), "{:.0f}")},
         {number(unit.at("fmax_mhz_without_wires"), "{:.0f}")},
         {number(unit.at("hold_slack_ns"), "{:.2f}")}});
  }
  return table;
}

constexpr char kAreNot[] =
    "These are not the figures of a chip. Areas are of cells alone: no wires, placement, pads or "
    "test. Clocks have no margin, and an ideal clock unless they are routed. Energies have no "
    "glitches, and no wires unless stated. Factors to another process come from one published "
    "comparison each.";

}  // namespace

Section chip_section(const json& asic, const json& energy, const json& layout) {
  Section section{"Chip", {Paragraph{summary(asic)}}};
  if (!energy.is_null()) section.blocks.emplace_back(Paragraph{energy_summary(energy)});
  section.blocks.emplace_back(unit_table(asic, energy));
  if (!asic.at("equivalents").empty()) {
    section.blocks.emplace_back(equivalents_table(asic, energy));
  }
  if (!layout.is_null()) section.blocks.emplace_back(layout_table(layout));
  section.blocks.emplace_back(Paragraph{kAreNot});
  return section;
}

}  // namespace emamba
