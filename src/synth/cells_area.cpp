// SPDX-License-Identifier: Apache-2.0
#include "synth/cells_area.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "hw/emit.h"

namespace emamba {
namespace {

using nlohmann::json;

constexpr char kLibrary[] = "library/cells.lib", kLatches[] = "library/latches.v",
               kClockGate[] = "library/em_clock_gate.sv";

// abc breaks on names with spaces, and Yosys 0.23 puts the name of the folder before a relative
// one.
constexpr char kHere[] = "/proc/self/cwd/";

// Area comes first; of speed there is no more than that no cell drives more than 24 others.
constexpr char kAbc[] =
    "+strash;ifraig;scorr;dc2;dc2;dch,-f;amap;topo;buffer,-c,-p,-N,24;dnsize;stime,-p";

// dfflibmap leaves latches as they are.
std::string commands() {
  return fmt::format(
      "synth -flatten -top top\nopt_clean -purge\ntechmap -map {}\nsimplemap\n"
      "dfflibmap -liberty {}\nopt\nabc -liberty {}{} -script {}\nsetundef -zero\nopt_clean "
      "-purge\n",
      kLatches, kLibrary, kHere, kLibrary, kAbc);
}

// A pin's connection; \NAME is a name of any characters, up to the space.
std::string connection(const std::string& pin, const std::string& to) {
  return fmt::format(".\\{} ({})", pin, to);
}

// Yosys' latches of either polarity as the library's: with an inverter where it has only the other.
std::string latch_map(const CellLibrary& library) {
  const auto module = [&](char polarity, const std::optional<LatchCell>& same,
                          const std::optional<LatchCell>& other) {
    const LatchCell& latch = same ? *same : *other;
    return fmt::format(
        "module \\$_DLATCH_{}_ (input E, input D, output Q);\n"
        "  \\{} _TECHMAP_REPLACE_ ({}, {}, {});\nendmodule\n",
        polarity, latch.cell, connection(latch.enable, same ? "E" : "~E"),
        connection(latch.data, "D"), connection(latch.output, "Q"));
  };
  return module('P', library.latch_high, library.latch_low) +
         module('N', library.latch_low, library.latch_high);
}

// The library's clock gate in the place of the behavioural one.
std::string clock_gate_module(const ClockGateCell& gate) {
  return fmt::format(
      "(* blackbox *) module \\{0} (input \\{1} , input \\{2} , output \\{3} );\nendmodule\n"
      "module em_clock_gate (input clk_i, input enable_i, output clk_o);\n"
      "  \\{0} u_gate ({4}, {5}, {6});\nendmodule\n",
      gate.cell, gate.clock, gate.enable, gate.output, connection(gate.clock, "clk_i"),
      connection(gate.enable, "enable_i"), connection(gate.output, "clk_o"));
}

}  // namespace

CellArea& CellArea::operator+=(const CellArea& other) {
  area += other.area;
  cells += other.cells;
  ff += other.ff;
  latches += other.latches;
  clock_gates += other.clock_gates;
  return *this;
}

CellArea area_of(const CellCounts& cells, const CellLibrary& library) {
  CellArea sum;
  for (const auto& [type, count] : cells) {
    const auto known = library.cells.find(type);
    if (known == library.cells.end()) {
      throw Error(fmt::format("the netlist has {} cells of type {}, which the library {} has not",
                              count, type, library.name),
                  "the library lacks a cell for them, or it may not be used");
    }
    const LibraryCell& cell = known->second;
    sum += {.area = cell.area * static_cast<double>(count),
            .cells = count,
            .ff = cell.kind == CellKind::kFlipFlop ? count : 0,
            .latches = cell.kind == CellKind::kLatch ? count : 0,
            .clock_gates = cell.kind == CellKind::kClockGate ? count : 0};
  }
  return sum;
}

CellArea AreaResult::total() const {
  CellArea sum;
  for (const UnitArea& unit : units) sum += unit.area;
  return sum;
}

AreaResult synthesise_cells(const Plan& plan, const CellLibrary& library,
                            const std::string& directory, const UnitOptions& options,
                            const ProgressCallback& progress) {
  const ToolVersion yosys = require_tool("yosys");
  AreaResult result;
  result.library = library.name;
  result.tools["yosys"] = yosys.text;
  UnitsJob job{.place = "cells",
               .sources = design_files("asic"),
               .others = {kLibrary, kLatches},
               .commands = commands()};
  write_file(directory + "/" + kLibrary, library.text);
  write_file(directory + "/" + kLatches, latch_map(library));
  if (library.clock_gate) {
    write_file(directory + "/" + kClockGate, clock_gate_module(*library.clock_gate));
    std::replace(job.sources.begin(), job.sources.end(),
                 std::string("rtl/tech/asic/em_clock_gate.sv"), std::string(kClockGate));
  }
  for (const UnitRun& run : synthesise_units(plan, job, directory, yosys, options, progress)) {
    result.units.push_back({run, area_of(run.cells, library)});
  }
  return result;
}

json to_json(const AreaResult& result) {
  const auto counts = [](const CellArea& area) {
    return json{{"area_um2", area.area},
                {"cells", area.cells},
                {"ff", area.ff},
                {"latches", area.latches},
                {"clock_gates", area.clock_gates}};
  };
  json all = counts(result.total());
  all["library"] = result.library;
  all["tools"] = result.tools;
  all["units"] = json::array();
  for (const UnitArea& unit : result.units) {
    json item = to_json(static_cast<const UnitRun&>(unit));
    item.update(counts(unit.area));
    item["types"] = unit.cells;
    all["units"].push_back(item);
  }
  return all;
}

}  // namespace emamba
