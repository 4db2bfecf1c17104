// SPDX-License-Identifier: Apache-2.0
#include "synth/fpga.h"

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/json.h"
#include "hw/emit.h"
#include "synth/recipe.h"
#include "target/estimate.h"

namespace emamba {

using nlohmann::json;

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
                           const UnitOptions& options, const ProgressCallback& progress) {
  FpgaResult result;
  result.family = &family;
  const Recipe& recipe = recipe_of(family);
  const ToolVersion yosys = require_tool("yosys");
  result.tools["yosys"] = yosys.text;
  const std::vector<Parts> parts = unit_parts(plan.design);
  std::vector<std::optional<SlowPath>> paths(parts.size());
  UnitsJob job{.place = "synth",
               .sources = design_files(recipe.tech),
               .commands = recipe.commands,
               .netlist_json = recipe.delays};
  if (recipe.delays) {
    job.each = [&](std::size_t unit, const std::string& netlist) {
      paths[unit] = slowest_path(parse_json(read_file(netlist), netlist), netlist);
    };
  }
  const std::vector<UnitRun> runs =
      synthesise_units(plan, job, directory, yosys, options, progress);
  for (std::size_t u = 0; u < parts.size(); ++u) {
    result.units.push_back(
        {runs[u], resources_of(parts[u], family), resources_of(runs[u].cells, recipe), paths[u]});
  }
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
    json item = to_json(static_cast<const UnitRun&>(unit));
    item.update(counts(unit.parts, unit.estimate));
    item["cells"] = unit.cells;
    if (unit.path) item["path"] = to_json(*unit.path);
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
