// SPDX-License-Identifier: Apache-2.0
// Plans as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "hw/plan.h"

namespace emamba {

// Parts as [{"part", its sizes, "count"}].
nlohmann::json to_json(const Parts& parts);

// What was chosen of [hardware], as keys and values for --set.
nlohmann::json settings_json(const HardwareSpec& hardware);

// {"name", "settings", "lanes", "latency_cycles", "cycles_per_frame", "products_per_frame",
// "multipliers",
//  "multiplier_use", "units": [{"name", "kind", "multipliers", "multiplier_use", "busy_cycles",
//  "products_per_frame"}]}.
// multiplier_use is multiplications a frame / (multipliers x cycles a frame).
nlohmann::json summary_json(const Plan& plan);

// The same, and every instance with its parameters, streams, steps, parts and the first frame's
// spans; memories, inputs, outputs and edges: what DIR/top.json holds.
nlohmann::json plan_json(const Plan& plan);

}  // namespace emamba
