// SPDX-License-Identifier: Apache-2.0
// What an accelerator takes of a family of FPGAs, by synthesis with Yosys: beside the plan's
// estimate for every unit.
//
// Counts are upper bounds for look-up tables and flip-flops: Yosys puts a multiplication into a DSP
// block, but never the addition behind it. There is no place and route here, so no clock frequency
// either.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/tool.h"
#include "hw/plan.h"
#include "synth/cells.h"
#include "synth/delays.h"
#include "target/family.h"

namespace emamba {

// One unit of the design, synthesised as a top of its own.
struct UnitParts {
  std::string name, kind;
  Resources estimate, parts;
  CellCounts cells;
  std::optional<SlowPath> path;  // where the recipe has a model of delays
  double seconds = 0;            // of the run that gave it
  bool earlier = false;          // which was an earlier one
  std::string log;
};

// Units make up the design: between them there are only wires, so that sums are totals.
struct FpgaResult {
  const Family* family = nullptr;
  ToolVersions tools;
  std::vector<UnitParts> units;
  Resources total() const;
  Resources estimate() const;
};

struct FpgaOptions {
  int jobs = 1;
  int unit_seconds = 3600;  // the most that one unit may take
};

// Synthesises for a family every unit of a plan that emit() wrote to `directory`; what belongs to a
// unit goes to DIRECTORY/synth/UNIT, its netlist of parts as netlist.v. Units that have not changed
// since the last time are not run again. Throws Error when Yosys is missing or fails.
FpgaResult synthesise_fpga(const Plan& plan, const Family& family, const std::string& directory,
                           const FpgaOptions& options, const ProgressCallback& progress = {});

// {"family", "tools", "lut", ..., "estimate", "details": [{"key", "name"}],
//  "units": [{"name", "kind", "lut", ..., "estimate", "cells", "path", "seconds", "earlier",
//  "log"}]};
// counted are the family's kinds and details, of which the estimate has only the kinds; "path" is
// to_json(SlowPath), or missing.
nlohmann::json to_json(const FpgaResult& result);

}  // namespace emamba
