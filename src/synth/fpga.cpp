// SPDX-License-Identifier: Apache-2.0
#include "synth/fpga.h"

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/files.h"
#include "base/json.h"
#include "base/parallel.h"
#include "hw/emit.h"
#include "synth/recipe.h"
#include "synth/yosys.h"
#include "target/estimate.h"

namespace emamba {
namespace {

using nlohmann::json;

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

void synthesise_unit(const Plan& plan, const Recipe& recipe, int index,
                     const std::string& directory, const ToolVersion& yosys, int seconds,
                     const std::function<void()>& tick, UnitParts& unit) {
  const Design design = unit_design(plan.design, index);
  if (design.instances.empty()) return;  // only wires
  YosysRun run;
  run.directory = directory;
  run.place = "synth/" + unit.name;
  run.netlist = run.place + "/netlist.v";
  if (recipe.delays) run.netlist_json = run.place + "/netlist.json";
  run.commands = recipe.commands;
  write_file(directory + "/" + run.place + "/top.sv", top_module(design));
  run.sources = design_files(recipe.tech);
  run.sources.back() = run.place + "/top.sv";  // the unit's own
  run.others = memory_files(design, plan.design.memories);
  const YosysResult result = run_yosys(run, yosys, seconds, tick);
  unit.parts = resources_of(result.cells, recipe);
  unit.cells = result.cells;
  if (recipe.delays) {
    const std::string path = directory + "/" + run.netlist_json;
    unit.path = slowest_path(parse_json(read_file(path), path), path);
  }
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

FpgaResult synthesise_fpga(const Plan& plan, const Family& family, const std::string& directory,
                           const FpgaOptions& options, const ProgressCallback& progress) {
  FpgaResult result;
  result.family = &family;
  const Recipe& recipe = recipe_of(family);
  const ToolVersion yosys = require_tool("yosys");
  result.tools["yosys"] = yosys.text;
  const std::vector<Parts> parts = unit_parts(plan.design);
  for (std::size_t u = 0; u < parts.size(); ++u) {
    UnitParts unit;
    unit.name = plan.design.units[u].name;
    unit.kind = plan.design.units[u].kind;
    unit.estimate = resources_of(parts[u], family);
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
  const auto say = [&](std::size_t more, const std::string& unit) {
    if (!progress) return;
    const std::lock_guard lock(mutex);
    done += more;
    progress(done, order.size(), unit);
  };
  say(0, "");
  parallel_for(order.size(), options.jobs, [&](std::size_t i) {
    UnitParts& unit = result.units[order[i]];
    synthesise_unit(
        plan, recipe, order[i], directory, yosys, options.unit_seconds, [&] { say(0, unit.name); },
        unit);
    say(1, unit.name);
  });
  return result;
}

json to_json(const FpgaResult& result) {
  const Family& family = *result.family;
  const auto counts = [&](const Resources& parts, const Resources& estimate) {
    json item = to_json(parts, family.kinds);
    item.update(to_json(parts, family.details));
    item["estimate"] = to_json(estimate, family.kinds);
    return item;
  };
  json units = json::array();
  for (const UnitParts& unit : result.units) {
    json item = counts(unit.parts, unit.estimate);
    item["name"] = unit.name;
    item["kind"] = unit.kind;
    item["cells"] = unit.cells;
    if (unit.path) item["path"] = to_json(*unit.path);
    item["seconds"] = unit.seconds;
    item["earlier"] = unit.earlier;
    item["log"] = unit.log;
    units.push_back(item);
  }
  json all = counts(result.total(), result.estimate());
  all["family"] = family.name;
  all["tools"] = result.tools;
  all["details"] = json::array();
  for (const ResourceKind& kind : family.details) {
    all["details"].push_back({{"key", kind.key}, {"name", kind.name}});
  }
  all["units"] = units;
  return all;
}

}  // namespace emamba
