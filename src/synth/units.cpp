// SPDX-License-Identifier: Apache-2.0
#include "synth/units.h"

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/parallel.h"
#include "hw/emit.h"
#include "hw/parts.h"
#include "synth/yosys.h"
#include "target/ultrascale.h"

namespace emamba {
namespace {

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

void synthesise_unit(const Plan& plan, const UnitsJob& job, std::size_t index,
                     const std::string& directory, const ToolVersion& yosys, int seconds,
                     const std::function<void()>& tick, UnitRun& unit) {
  const Design design = unit_design(plan.design, static_cast<int>(index));
  if (design.instances.empty()) return;  // only wires
  YosysRun run;
  run.directory = directory;
  run.place = job.place + "/" + unit.name;
  run.netlist = run.place + "/netlist.v";
  if (job.netlist_json) run.netlist_json = run.place + "/netlist.json";
  run.commands = job.commands;
  write_file(directory + "/" + run.place + "/top.sv", top_module(design));
  run.sources = job.sources;
  run.sources.back() = run.place + "/top.sv";  // the unit's own
  run.others = memory_files(design, plan.design.memories);
  run.others.insert(run.others.end(), job.others.begin(), job.others.end());
  const YosysResult result = run_yosys(run, yosys, seconds, tick);
  unit.cells = result.cells;
  unit.seconds = result.seconds;
  unit.earlier = result.earlier;
  unit.log = directory + "/" + run.place + "/yosys.log";
  if (job.each) job.each(index, directory + "/" + run.netlist_json);
}

}  // namespace

nlohmann::json to_json(const UnitRun& unit) {
  return {{"name", unit.name},
          {"kind", unit.kind},
          {"seconds", unit.seconds},
          {"earlier", unit.earlier},
          {"log", unit.log}};
}

std::vector<UnitRun> synthesise_units(const Plan& plan, const UnitsJob& job,
                                      const std::string& directory, const ToolVersion& yosys,
                                      const UnitOptions& options,
                                      const ProgressCallback& progress) {
  std::vector<UnitRun> units;
  std::vector<std::int64_t> sizes;  // to compare; the family does not matter
  const std::vector<Parts> parts = unit_parts(plan.design);
  for (std::size_t u = 0; u < parts.size(); ++u) {
    UnitRun unit;
    unit.name = plan.design.units[u].name;
    unit.kind = plan.design.units[u].kind;
    units.push_back(unit);
    sizes.push_back(resources_of(parts[u], ultrascale_plus()).lut);
  }
  // The largest first, so that none is left to run alone at the end.
  std::vector<std::size_t> order;
  for (std::size_t u = 0; u < units.size(); ++u) {
    if (job.wanted.empty() || job.wanted[u]) order.push_back(u);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
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
    UnitRun& unit = units[order[i]];
    synthesise_unit(
        plan, job, order[i], directory, yosys, options.unit_seconds, [&] { say(0, unit.name); },
        unit);
    say(1, unit.name);
  });
  return units;
}

}  // namespace emamba
