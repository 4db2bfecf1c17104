// SPDX-License-Identifier: Apache-2.0
// All stages, from data to a verified accelerator and its report: those whose inputs have changed
// since their results were written.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>

#include "flow/job.h"
#include "flow/quantise.h"

namespace emamba {

struct FlowChoice {
  bool resume = false;       // only go on with a training, never start one
  bool force = false;        // train in place of another training that OUT holds
  std::size_t frames = 256;  // test frames to simulate the hardware on; 0: no hardware
  Saturation saturation = Saturation::kLimited;  // of the quantised edges
};

// Writes OUT/STAGE.json for every stage, and the report; says a line a stage. Returns what
// docs/formats.md says of `emamba flow --json`. Throws Error as the stages do, and before any of
// them when the model has no integer form or the hardware is not feasible. A tool that is missing
// for the simulation is no Error: "verify" is skipped, with the reason.
nlohmann::json run_flow(const Job& job, const FlowChoice& choice);
// Throws Error, of the kind kMissing, when such a result lacks its simulation for want of a tool.
void require_simulated(const nlohmann::json& result);

}  // namespace emamba
