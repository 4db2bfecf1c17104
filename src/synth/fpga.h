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

#include "synth/delays.h"
#include "synth/units.h"
#include "target/family.h"

namespace emamba {

struct UnitParts : UnitRun {
  Resources estimate, parts;
  std::optional<SlowPath> path;  // where the recipe has a model of delays
};

struct FpgaResult {
  const Family* family = nullptr;
  ToolVersions tools;
  std::vector<UnitParts> units;
  Resources total() const;
  Resources estimate() const;
};

// Synthesises for a family every unit of a plan that emit() wrote to `directory`; what belongs to a
// unit goes to DIRECTORY/synth/UNIT, its netlist of parts as netlist.v. Units that have not changed
// since the last time are not run again. Throws Error when Yosys is missing or fails.
FpgaResult synthesise_fpga(const Plan& plan, const Family& family, const std::string& directory,
                           const UnitOptions& options, const ProgressCallback& progress = {});

// {"family", "tools", "lut", ..., "estimate", "details": [{"key", "name"}],
//  "units": [{"name", "kind", "lut", ..., "estimate", "cells", "path", "seconds", "earlier",
//  "log"}]};
// counted are the family's kinds and details, of which the estimate has only the kinds; "path" is
// to_json(SlowPath), or missing.
nlohmann::json to_json(const FpgaResult& result);

}  // namespace emamba
