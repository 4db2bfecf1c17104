// SPDX-License-Identifier: Apache-2.0
#include "synth/asic.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/parallel.h"
#include "hw/emit.h"
#include "synth/mapped.h"
#include "synth/whole.h"

namespace emamba {
namespace {

using nlohmann::json;

constexpr char kLibrary[] = "library/cells.lib", kLatches[] = "library/latches.v",
               kClockGate[] = "library/em_clock_gate.sv",
               kGatedRegisters[] = "library/gated_registers.v";

// abc breaks on names with spaces, and Yosys 0.23 puts the name of the folder before a relative
// one.
constexpr char kHere[] = "/proc/self/cwd/";

constexpr int kMostLoads = 24;  // of a net
constexpr int kTimingSeconds = 3600;

// For area; of speed there is no more than that no cell drives more than 24 others.
constexpr char kForArea[] =
    "+strash;ifraig;scorr;dc2;dc2;dch,-f;amap;topo;buffer,-c,-p,-N,24;dnsize;stime,-p";

// For speed, without what makes logic smaller and deeper. Of a period, a fifth is for registers,
// which abc does not know.
std::string for_speed(double clock_mhz) {
  const auto ps = static_cast<int>(0.8e6 / clock_mhz);
  return fmt::format(
      "+strash;ifraig;scorr;dch,-f;map,-B,0.9,-D,{0};topo;buffer,-c,-p,-N,16;upsize,-D,{0};"
      "dnsize,-D,{0};stime,-p",
      ps);
}

// dfflibmap leaves latches as they are. Clock gates with one enable are merged.
std::string commands(bool gates_clocks, const std::string& abc) {
  const std::string gating =
      gates_clocks ? fmt::format("techmap -map {}\nopt_merge -share_all\n", kGatedRegisters) : "";
  return fmt::format(
      "synth -flatten -top top -run begin:fine\n{}synth -run fine:\nopt_clean -purge\n"
      "techmap -map {}\nsimplemap\ndfflibmap -liberty {}\nopt\nabc -liberty {}{} -script {}\n"
      "setundef -zero\nopt_clean -purge\n",
      gating, kLatches, kLibrary, kHere, kLibrary, abc);
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
      "(* blackbox *) module \\{0} (input \\{1} , input \\{2} , output \\{3} {7});\nendmodule\n"
      "module em_clock_gate (input clk_i, input enable_i, output clk_o);\n"
      "  \\{0} u_gate ({4}, {5}, {6}{8});\nendmodule\n",
      gate.cell, gate.clock, gate.enable, gate.output, connection(gate.clock, "clk_i"),
      connection(gate.enable, "enable_i"), connection(gate.output, "clk_o"),
      gate.test.empty() ? "" : fmt::format(", input \\{} ", gate.test),
      gate.test.empty() ? "" : ", " + connection(gate.test, "1'b0"));
}

// Registers with an enable, as Yosys has them before it makes gates: those of kGatedBits or more,
// and on the rising edge, have a clock gate instead. A reset of `$sdffce` is behind the enable,
// too.
std::string gated_registers(const ClockGateCell& gate) {
  constexpr int kGatedBits = 3;  // of fewer, a gate takes more than multiplexers
  const auto module = [&](const std::string& type, const std::string& plain,
                          const std::string& reset) {
    const bool resets = !reset.empty();
    return fmt::format(
        "module \\${0} (CLK, EN, D, Q{2});\n"
        "  parameter WIDTH = 1, CLK_POLARITY = 1, EN_POLARITY = 1{3};\n"
        "  input CLK, EN{4};\n  input [WIDTH-1:0] D;\n  output [WIDTH-1:0] Q;\n"
        "  wire _TECHMAP_FAIL_ = WIDTH < {5} || !CLK_POLARITY;\n  wire clk;\n"
        "  \\{6} gate ({7}, {8}, {9}{10});\n"
        "  \\${1} #(.WIDTH(WIDTH), .CLK_POLARITY(1){11}) _TECHMAP_REPLACE_\n"
        "    (.CLK(clk), .D(D), .Q(Q){12});\nendmodule\n",
        type, plain, resets ? ", " + reset : "",
        resets ? fmt::format(", {0}_POLARITY = 1, {0}_VALUE = 0", reset) : "",
        resets ? ", " + reset : "", kGatedBits, gate.cell, connection(gate.clock, "CLK"),
        connection(gate.enable, "EN_POLARITY ? EN : ~EN"), connection(gate.output, "clk"),
        gate.test.empty() ? "" : ", " + connection(gate.test, "1'b0"),
        resets ? fmt::format(", .{0}_POLARITY({0}_POLARITY), .{0}_VALUE({0}_VALUE)", reset) : "",
        resets ? fmt::format(", .{0}({0})", reset) : "");
  };
  return module("dffe", "dff", "") + module("adffe", "adff", "ARST") +
         module("sdffce", "sdff", "SRST");
}

std::string library_file(std::size_t corner, std::size_t file) {
  return fmt::format("library/corner{}_{}.lib", corner, file);
}

// The libraries of all corners as OpenSTA reads them, and that of the first as Yosys does.
CellLibrary write_libraries(const AsicTarget& target, const std::string& directory) {
  CellLibrary first;
  for (std::size_t c = 0; c < target.corners.size(); ++c) {
    const AsicTarget::Corner& corner = target.corners[c];
    const std::vector<LibertyFile> files = read_liberty_files(corner.files);
    for (std::size_t f = 0; f < files.size(); ++f) {
      write_file(directory + "/" + library_file(c, f), without_wire_load(files[f].bytes));
    }
    CellLibrary library = parse_liberty(files, target.avoid);
    if (c == 0) {
      first = std::move(library);
      continue;
    }
    for (const auto& [name, cell] : first.cells) {
      if (library.cells.contains(name)) continue;
      throw Error(fmt::format("{}: corner {} has no cell {}, which corner {} has",
                              corner.files.front(), corner.name, name, target.corners[0].name),
                  "corners are of one library; `avoid` in the target's file leaves cells out");
    }
  }
  write_file(directory + "/" + kLibrary, first.text);
  write_file(directory + "/" + kLatches, latch_map(first));
  if (first.clock_gate) {
    write_file(directory + "/" + kClockGate, clock_gate_module(*first.clock_gate));
    write_file(directory + "/" + kGatedRegisters, gated_registers(*first.clock_gate));
  }
  return first;
}

class Synthesis {
 public:
  Synthesis(const Plan& plan, const AsicTarget& target, const std::string& directory,
            const UnitOptions& options, const ProgressCallback& progress)
      : plan_(plan),
        directory_(directory),
        options_(options),
        progress_(progress),
        yosys_(require_tool("yosys")),
        sta_(require_tool("sta")) {
    result_.target = target;
    result_.tools = {{"yosys", yosys_.text}, {"opensta", sta_.text}};
    result_.library = write_libraries(target, directory);
    result_.units.resize(plan.design.units.size());
    result_.netlists.resize(plan.design.units.size());
  }

  AsicResult run() {
    map("cells", kForArea, std::vector(result_.units.size(), true), false);
    const double wanted = 1000 / result_.target.clock_mhz;
    std::vector<bool> slow;
    for (const UnitCells& unit : result_.units) slow.push_back(unit.periods[0].ns > wanted);
    map("fast", for_speed(result_.target.clock_mhz), slow, true);
    time_corners();
    time_whole();
    return result_;
  }

 private:
  // Maps the units that are wanted, and keeps them unless there are faster ones.
  void map(const std::string& place, const std::string& abc, const std::vector<bool>& wanted,
           bool for_speed) {
    std::vector<Mapped> netlists(wanted.size());
    std::vector<UnitCells> units(netlists.size());
    UnitsJob job{.place = place,
                 .sources = design_files("asic"),
                 .others = {kLibrary, kLatches},
                 .commands = commands(result_.library.clock_gate.has_value(), abc),
                 .netlist_json = true,
                 .wanted = wanted};
    if (result_.library.clock_gate) {
      std::replace(job.sources.begin(), job.sources.end(),
                   std::string("rtl/tech/asic/em_clock_gate.sv"), std::string(kClockGate));
      job.others.emplace_back(kGatedRegisters);
    }
    job.each = [&](std::size_t u, const std::string& path) {
      netlists[u] = read_mapped(parse_json(read_file(path), path), result_.library, path);
      units[u].buffers = buffer_nets(netlists[u], result_.library, kMostLoads);
      write_file(directory_ + "/" + place + "/" + name(u) + "/mapped.v",
                 verilog_of(netlists[u], "top"));
      units[u].periods = {time_unit(u, place, netlists[u], 0)};
    };
    const std::vector<UnitRun> runs =
        synthesise_units(plan_, job, directory_, yosys_, options_, progress_);
    for (std::size_t u = 0; u < runs.size(); ++u) {
      if (!wanted[u]) continue;
      const std::vector<ShortestPeriod>& kept = result_.units[u].periods;
      if (!kept.empty() && kept[0].ns <= units[u].periods[0].ns) continue;
      static_cast<UnitRun&>(units[u]) = runs[u];
      units[u].cells = counts_of(netlists[u]);
      units[u].area = area_of(units[u].cells, result_.library);
      units[u].for_speed = for_speed;
      if (units[u].periods.empty()) units[u].periods.resize(1);  // only wires
      result_.units[u] = units[u];
      result_.netlists[u] = std::move(netlists[u]);
    }
  }

  ShortestPeriod time_unit(std::size_t u, const std::string& place, const Mapped& netlist,
                           std::size_t corner) const {
    const std::string folder = place + "/" + name(u);
    ShortestPeriod period = shortest_period({.directory = directory_,
                                             .place = fmt::format("{}/corner{}", folder, corner),
                                             .libraries = result_.corner_libraries(corner),
                                             .netlists = {folder + "/mapped.v"}},
                                            sta_, kTimingSeconds);
    if (period.ns == 0) {
      throw Error(fmt::format("OpenSTA finds no path in {}, corner {}", name(u),
                              result_.target.corners[corner].name),
                  "the library must have delays, as tables (delay_model : table_lookup)");
    }
    for (std::string* end : {&period.from, &period.to})
      *end = name_of(netlist, result_.library, *end);
    return period;
  }

  void time_corners() {
    parallel_for(result_.units.size(), options_.jobs, [&](std::size_t u) {
      UnitCells& unit = result_.units[u];
      for (std::size_t c = 1; c < result_.target.corners.size(); ++c) {
        unit.periods.push_back(
            unit.area.cells == 0
                ? ShortestPeriod{}
                : time_unit(u, unit.for_speed ? "fast" : "cells", result_.netlists[u], c));
      }
    });
  }

  void time_whole() {
    const Mapped whole = wired(plan_.design, result_.netlists).netlist;
    const std::string file = "timing/top.v";
    write_file(directory_ + "/" + file, verilog_of(whole, "top"));
    // In every corner, and with the library's wires in the first.
    const std::size_t corners = result_.target.corners.size();
    std::vector<ShortestPeriod> periods(corners + (result_.library.wire_load.empty() ? 0 : 1));
    parallel_for(periods.size(), options_.jobs, [&](std::size_t i) {
      const bool wires = i == corners;
      ShortestPeriod period =
          shortest_period({.directory = directory_,
                           .place = wires ? "timing/wire_load" : fmt::format("timing/corner{}", i),
                           .libraries = result_.corner_libraries(wires ? 0 : i),
                           .netlists = {file},
                           .wire_load = wires ? result_.library.wire_load : ""},
                          sta_, kTimingSeconds);
      for (std::string* end : {&period.from, &period.to})
        *end = name_of(whole, result_.library, *end);
      periods[i] = period;
    });
    if (periods.size() > corners) result_.with_wire_load = periods.back();
    periods.resize(corners);
    result_.periods = std::move(periods);
  }

  const std::string& name(std::size_t unit) const { return plan_.design.units[unit].name; }

  const Plan& plan_;
  const std::string& directory_;
  const UnitOptions& options_;
  const ProgressCallback& progress_;
  const ToolVersion yosys_, sta_;
  AsicResult result_;
};

json path_json(const ShortestPeriod& period) {
  if (period.ns == 0) return nullptr;
  return {{"ns", rounded(period.ns, 4)},
          {"from", period.from},
          {"to", period.to},
          {"cells", period.cells}};
}

json mhz(const ShortestPeriod& period) {
  if (period.ns == 0) return nullptr;
  return rounded(1000 / period.ns, 1);
}

}  // namespace

CellArea& CellArea::operator+=(const CellArea& other) {
  area += other.area;
  cells += other.cells;
  ff += other.ff;
  latches += other.latches;
  clock_gates += other.clock_gates;
  ff_area += other.ff_area;
  latch_area += other.latch_area;
  clock_gate_area += other.clock_gate_area;
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
    const double area = cell.area * static_cast<double>(count);
    CellArea own{.area = area, .cells = count};
    if (cell.kind == CellKind::kFlipFlop) {
      own.ff = count;
      own.ff_area = area;
    } else if (cell.kind == CellKind::kLatch) {
      own.latches = count;
      own.latch_area = area;
    } else if (cell.kind == CellKind::kClockGate) {
      own.clock_gates = count;
      own.clock_gate_area = area;
    }
    sum += own;
  }
  return sum;
}

CellArea AsicResult::total() const {
  CellArea sum;
  for (const UnitCells& unit : units) sum += unit.area;
  return sum;
}

std::vector<std::string> AsicResult::corner_libraries(std::size_t corner) const {
  std::vector<std::string> files;
  for (std::size_t f = 0; f < target.corners[corner].files.size(); ++f) {
    files.push_back(library_file(corner, f));
  }
  return files;
}

AsicResult synthesise_asic(const Plan& plan, const AsicTarget& target, const std::string& directory,
                           const UnitOptions& options, const ProgressCallback& progress) {
  return Synthesis(plan, target, directory, options, progress).run();
}

json to_json(const AsicResult& result) {
  const auto counts = [](const CellArea& area) {
    const auto rest = area.cells - area.ff - area.latches - area.clock_gates;
    const auto kind = [](const char* name, std::int64_t cells, double um2) {
      return json{{"name", name}, {"cells", cells}, {"area_um2", rounded(um2, 3)}};
    };
    return json{
        {"area_um2", rounded(area.area, 3)},
        {"cells", area.cells},
        {"flip_flops", area.ff},
        {"latches", area.latches},
        {"clock_gates", area.clock_gates},
        {"kinds",
         {kind("gates", rest, area.area - area.ff_area - area.latch_area - area.clock_gate_area),
          kind("flip-flops", area.ff, area.ff_area), kind("latches", area.latches, area.latch_area),
          kind("clock gates", area.clock_gates, area.clock_gate_area)}}};
  };
  const CellArea total = result.total();
  json all = counts(total);
  const AsicTarget& target = result.target;
  all["target"] = {{"key", target.key},
                   {"name", target.name},
                   {"node_nm", target.node_nm},
                   {"supply_v", target.supply_v},
                   {"clock_mhz", target.clock_mhz}};
  all["library"] = result.library.name;
  all["tools"] = result.tools;
  all["fmax_mhz"] = mhz(result.periods.front());
  all["limiting_path"] = path_json(result.periods.front());
  const std::string& from = result.periods.front().from;
  all["limiting_unit"] = from.substr(0, from.find(": "));
  all["corners"] = json::array();
  for (std::size_t c = 0; c < result.periods.size(); ++c) {
    all["corners"].push_back({{"name", target.corners[c].name},
                              {"fmax_mhz", mhz(result.periods[c])},
                              {"limiting_path", path_json(result.periods[c])}});
  }
  all["wire_load"] = nullptr;
  if (!result.library.wire_load.empty()) {
    all["wire_load"] = {{"model", result.library.wire_load},
                        {"fmax_mhz", mhz(result.with_wire_load)},
                        {"limiting_path", path_json(result.with_wire_load)}};
  }
  all["equivalents"] = json::array();
  for (const AsicTarget::Equivalent& equivalent : target.equivalents) {
    all["equivalents"].push_back({{"node_nm", equivalent.node_nm},
                                  {"source", equivalent.source},
                                  {"area_mm2", rounded(total.area * equivalent.area * 1e-6, 6)}});
  }
  all["units"] = json::array();
  for (const UnitCells& unit : result.units) {
    json item = to_json(static_cast<const UnitRun&>(unit));
    item.update(counts(unit.area));
    item["types"] = unit.cells;
    item["buffers"] = unit.buffers;
    item["for_speed"] = unit.for_speed;
    item["fmax_mhz"] = mhz(unit.periods.front());
    item["limiting_path"] = path_json(unit.periods.front());
    all["units"].push_back(item);
  }
  return all;
}

}  // namespace emamba
