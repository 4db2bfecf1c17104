// SPDX-License-Identifier: Apache-2.0
#include "synth/fpga.h"

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/files.h"
#include "base/parallel.h"
#include "hw/emit.h"
#include "synth/yosys.h"
#include "target/estimate.h"
#include "target/ultrascale.h"

namespace emamba {
namespace {

using nlohmann::json;

// Synthesis in pieces, because of two defects of Yosys 0.23:
//   A read-only memory of look-up tables is "distributed", as Vivado calls it; Yosys takes the word
//   for memories that can be written, and finds none that fits.
//   Shift registers made of the family's flip-flops lose their enable; those of generic ones keep
//   it.
constexpr char kCommands[] =
    "synth_xilinx -family xcup -abc9 -nosrl -noiopad -flatten -top top -run begin:map_memory\n"
    "setattr -set logic_block 1 -unset rom_style t:$mem_v2 a:rom_style=distributed %i\n"
    "synth_xilinx -family xcup -abc9 -nosrl -noiopad -flatten -top top -run map_memory:map_cells\n"
    "xilinx_srl -fixed -minlen 3\n"
    "synth_xilinx -family xcup -abc9 -nosrl -noiopad -flatten -top top -run map_cells:\n";

// The memories' files that the design's instances name.
std::vector<std::string> memory_files(const Design& design, const std::vector<Memory>& memories) {
  std::vector<std::string> files;
  for (const Memory& memory : memories) {
    const std::string quoted = '"' + memory.file + '"';
    const bool named = std::any_of(
        design.instances.begin(), design.instances.end(), [&](const Instance& instance) {
          return std::any_of(instance.parameters.begin(), instance.parameters.end(),
                             [&](const Parameter& p) { return p.value == quoted; });
        });
    if (named) files.push_back(memory.file);
  }
  return files;
}

void synthesise_unit(const Plan& plan, int index, const std::string& directory,
                     const std::string& version, int seconds, UnitParts& unit) {
  const Design design = unit_design(plan.design, index);
  if (design.instances.empty()) return;  // only wires
  YosysRun run;
  run.directory = directory;
  run.place = "synth/" + unit.name;
  run.writes = {run.place + "/netlist.v"};
  run.commands = kCommands + ("write_verilog -noattr " + run.writes[0] + "\n");
  write_file(directory + "/" + run.place + "/top.sv", top_module(design));
  run.sources = design_files("xilinx");
  run.sources.back() = run.place + "/top.sv";  // the unit's own
  run.others = memory_files(design, plan.design.memories);
  const YosysResult result = run_yosys(run, version, seconds);
  unit.parts = resources_of(result.cells);
  unit.cells = result.cells;
  unit.seconds = result.seconds;
  unit.earlier = result.earlier;
  unit.log = directory + "/" + run.place + "/yosys.log";
}

}  // namespace

Resources FpgaResult::total() const {
  Resources sum;
  for (const UnitParts& unit : units) sum += unit.parts;
  return sum;
}

Resources FpgaResult::estimate() const {
  Resources sum;
  for (const UnitParts& unit : units) sum += unit.estimate;
  return sum;
}

FpgaResult synthesise_fpga(const Plan& plan, const std::string& directory,
                           const FpgaOptions& options, const ProgressCallback& progress) {
  FpgaResult result;
  result.yosys = yosys_version();
  const std::vector<Parts> parts = unit_parts(plan.design);
  for (std::size_t u = 0; u < parts.size(); ++u) {
    UnitParts unit;
    unit.name = plan.design.units[u].name;
    unit.kind = plan.design.units[u].kind;
    unit.estimate = resources_of(parts[u], ultrascale_plus());
    result.units.push_back(unit);
  }
  // The largest first, so that none is left to run alone at the end.
  std::vector<int> order(parts.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return result.units[a].estimate.lut > result.units[b].estimate.lut;
  });
  std::mutex mutex;
  std::size_t done = 0;
  if (progress) progress(0, order.size(), "");
  parallel_for(order.size(), options.jobs, [&](std::size_t i) {
    UnitParts& unit = result.units[order[i]];
    synthesise_unit(plan, order[i], directory, result.yosys, options.unit_seconds, unit);
    if (!progress) return;
    const std::lock_guard lock(mutex);
    progress(++done, order.size(), unit.name);
  });
  return result;
}

json to_json(const FpgaResult& result) {
  json units = json::array();
  for (const UnitParts& unit : result.units) {
    json item = synthesis_json(unit.parts);
    item["name"] = unit.name;
    item["kind"] = unit.kind;
    item["estimate"] = to_json(unit.estimate, ultrascale_plus());
    item["cells"] = unit.cells;
    item["seconds"] = unit.seconds;
    item["earlier"] = unit.earlier;
    item["log"] = unit.log;
    units.push_back(item);
  }
  json all = synthesis_json(result.total());
  all["family"] = "xcup";
  all["yosys"] = result.yosys;
  all["estimate"] = to_json(result.estimate(), ultrascale_plus());
  all["units"] = units;
  return all;
}

}  // namespace emamba
