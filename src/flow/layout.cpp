// SPDX-License-Identifier: Apache-2.0
#include "flow/layout.h"

#include <algorithm>
#include <atomic>

#include "base/error.h"
#include "base/nearest.h"
#include "base/parallel.h"
#include "exec/golden.h"
#include "flow/emit.h"
#include "synth/cell_model.h"
#include "synth/energy.h"

namespace emamba {
namespace {

using nlohmann::json;

// The units of these names.
std::vector<std::size_t> units_of(const AsicResult& asic, const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const UnitCells& unit : asic.units) known.push_back(unit.name);
  std::vector<std::size_t> units;
  for (const std::string& name : names) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) {
      throw Error(fmt::format("--unit {}: no such unit", name),
                  fmt::format("{}There are {}", did_you_mean(name, known), fmt::join(known, ", ")));
    }
    units.push_back(static_cast<std::size_t>(found - known.begin()));
  }
  return units;
}

}  // namespace

json layout_stage(const Job& job, const Plan& plan, const Program& program,
                  const AsicTarget& target, const std::string& folder,
                  const std::vector<std::string>& names, const LayoutOptions& options,
                  const std::vector<Tensor<std::int32_t>>& frames, int jobs) {
  AsicResult asic = synthesise_asic(plan, target, folder, {.jobs = jobs}, job.progress("synth"));
  std::vector<std::size_t> units = units_of(asic, names);
  json left_out = json::array();
  if (names.empty()) {
    for (std::size_t u = 0; u < asic.units.size(); ++u) {
      const std::int64_t cells = asic.units[u].area.cells;
      if (cells > options.most_cells) {
        left_out.push_back({{"unit", asic.units[u].name}, {"cells", cells}});
      } else if (cells > 0) {
        units.push_back(u);
      }
    }
  }
  const CellModels models = read_cell_models(read_liberty_files(target.corners.front().files));
  std::vector<UnitLayout> layouts(units.size());
  std::atomic<std::size_t> done = 0;
  const ProgressCallback progress = job.progress("layout");
  prepare_layout(target, folder, progress);
  parallel_for(units.size(), jobs, [&](std::size_t i) {
    layouts[i] = lay_out(asic, units[i], models.farad, folder, options,
                         [&](std::size_t, std::size_t, const std::string& remark) {
                           if (progress) progress(done, units.size(), remark);
                         });
    ++done;
  });
  for (std::size_t i = 0; i < units.size(); ++i) asic.netlists[units[i]] = layouts[i].netlist;
  const EnergyResult energy =
      measure_energy(plan, Golden(program), asic, models, frames, 0, job.progress("energy"));
  const json energies = energy_json(asic, energy);

  json laid_out = json::array();
  for (const UnitLayout& layout : layouts) {
    json unit = to_json(layout, asic);
    const json& own = energies.at("units").at(layout.unit);
    for (const char* key : {"energy_nj_per_frame", "wires_nj"}) unit[key] = own.at(key);
    unit["mismatches"] = energy.mismatches;
    laid_out.push_back(unit);
  }
  json result = layouts.size() == 1 ? laid_out.front() : json::object();
  result["units"] = laid_out;
  result["left_out"] = left_out;
  result["target"] = target.key;
  result["tools"] = asic.tools;
  for (const char* key : {"frames", "values_checked", "mismatches", "clock_mhz"})
    result[key] = energies.at(key);
  result["design"] = design_hash(plan);
  write_result(job, "layout.json", result);
  return result;
}

void require_laid_out(const json& layout) {
  for (const json& unit : layout.at("units")) {
    const auto open = unit.at("open_nets").get<std::int64_t>(),
               shorted = unit.at("shorted_groups").get<std::int64_t>();
    if (open == 0 && shorted == 0) continue;
    throw Error(fmt::format("unit {}: {} nets are open and {} groups of nets shorted at best",
                            unit.at("unit").get<std::string>(), open, shorted),
                "units beyond 10,000 cells or so seldom route; another fold makes smaller ones",
                ErrorKind::kMismatch);
  }
  const auto wrong = layout.at("mismatches").get<std::int64_t>();
  if (wrong == 0) return;
  throw Error(fmt::format("{} of {} values of the laid-out netlist are not golden's", wrong,
                          layout.at("values_checked").get<std::int64_t>()),
              "`emamba verify` says whether the RTL is right already", ErrorKind::kMismatch);
}

}  // namespace emamba
