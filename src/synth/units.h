// SPDX-License-Identifier: Apache-2.0
// Synthesises every unit of a design by itself, several at a time. Units make up the design:
// between them there are only wires, so that sums are totals.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/tool.h"
#include "hw/plan.h"
#include "synth/cells.h"

namespace emamba {

// One unit, synthesised as a top of its own.
struct UnitRun {
  std::string name, kind;
  CellCounts cells;
  double seconds = 0;    // of the run that gave it
  bool earlier = false;  // which was an earlier one
  std::string log;
};

// {"name", "kind", "seconds", "earlier", "log"}: what comes of it, each caller says in its way.
nlohmann::json to_json(const UnitRun& unit);

struct UnitOptions {
  int jobs = 1;
  int unit_seconds = 3600;  // the most that one unit may take
};

struct UnitsJob {
  std::string place;                 // for what belongs to units, as PLACE/UNIT
  std::vector<std::string> sources;  // in reading order, relative to the folder; the last is top.sv
  std::vector<std::string> others = {};  // what commands read besides
  std::string commands;                  // of YosysRun
  bool netlist_json = false;             // wanted beside netlist.v, as netlist.json
  std::vector<bool> wanted = {};         // by unit; empty: all of them
  // Called by the thread that ran a unit, with its number and the path of its netlist.json.
  std::function<void(std::size_t unit, const std::string& netlist_json)> each = {};
};

// Runs the job on a plan that emit() wrote to `directory`, and returns the units in the plan's
// order; those without instances, and those not wanted, have no cells. Units that have not changed
// since the last time are not run again. Throws Error when Yosys fails.
std::vector<UnitRun> synthesise_units(const Plan& plan, const UnitsJob& job,
                                      const std::string& directory, const ToolVersion& yosys,
                                      const UnitOptions& options, const ProgressCallback& progress);

}  // namespace emamba
