// SPDX-License-Identifier: Apache-2.0
// The stage "layout": units placed and routed, read back from their shapes, timed with their wires,
// and run with real frames in the place of the mapped ones.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "flow/job.h"
#include "hw/plan.h"
#include "synth/layout.h"

namespace emamba {

// `names` of units; none: all that are not too large, the others are named in the result. Writes
// OUT/layout.json and returns it: what docs/formats.md says of it. Throws Error as
// synthesise_asic(), lay_out() and measure_energy() do, and for a unit that is not there; one that
// is not clean, or computes something else, is no Error, but in the result.
nlohmann::json layout_stage(const Job& job, const Plan& plan, const Program& program,
                            const AsicTarget& target, const std::string& folder,
                            const std::vector<std::string>& names, const LayoutOptions& options,
                            const std::vector<Tensor<std::int32_t>>& frames, int jobs);

// Throws Error when nets of such a result are open or shorted, or its netlist does not do what
// golden does.
void require_laid_out(const nlohmann::json& layout);

}  // namespace emamba
