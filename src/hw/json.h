// SPDX-License-Identifier: Apache-2.0
// Plans as JSON: what `emamba estimate --json` prints and DIR/top.json holds.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "hw/plan.h"

namespace emamba {

// {"multipliers", "dsp", "lut", "ff", "bram36"}
nlohmann::json to_json(const Resources& resources);

// {"lanes", "latency_cycles", "cycles_per_frame", multipliers and parts in total, "multiplier_use",
//  "products_per_frame", "units": [{"name", "kind", parts, "multiplier_use", "busy_cycles",
//  "fold"}]}.
// multiplier_use is multiplications a frame / (multipliers x cycles a frame).
nlohmann::json estimate_json(const Plan& plan);

}  // namespace emamba
