// SPDX-License-Identifier: Apache-2.0
// The whole accelerator as a netlist of gates and flip-flops, and its simulation: that what a
// synthesiser makes of the RTL still computes what golden does.
//
// Nothing stays abstract: multipliers and all memories become gates and flip-flops like the rest.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "base/progress.h"
#include "base/tensor.h"
#include "base/tool.h"
#include "exec/golden.h"
#include "hw/plan.h"
#include "sim/verify.h"
#include "synth/cells.h"

namespace emamba {

struct NetlistResult {
  ToolVersions tools;
  CellCounts cells;
  double synthesis_seconds = 0, build_seconds = 0, run_seconds = 0;
  VerifyResult verified;
};

struct NetlistOptions {
  int threads = 1;                                     // for compiling the simulator
  int synthesis_seconds = 7200, build_seconds = 7200;  // the most that each may take
};

// Synthesises a plan that emit() wrote to `directory`, as DIRECTORY/netlist/netlist.v, and streams
// the frames through it, once without stalls and once with random ones. What has not changed since
// the last time is not made again. Throws Error when a tool is missing or fails; a netlist that
// computes something else is no Error, but in the result.
NetlistResult verify_netlist(const Plan& plan, const std::string& directory, const Golden& golden,
                             const std::vector<Tensor<std::int32_t>>& frames,
                             const NetlistOptions& options, const ProgressCallback& progress = {});

// {"frames", "values_checked", "mismatches", "passed", "tools", "cells", "flip_flops", seconds}
nlohmann::json to_json(const NetlistResult& result);

}  // namespace emamba
