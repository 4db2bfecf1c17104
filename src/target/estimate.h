// SPDX-License-Identifier: Apache-2.0
// What a plan takes of a device, as JSON: what `emamba estimate --json` prints.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "hw/plan.h"
#include "target/device.h"

namespace emamba {

// The count of every kind, under its key.
nlohmann::json to_json(const Resources& resources, const std::vector<ResourceKind>& kinds);

// {"key", "name", "family", "shortage", "resources": [{"key", "name", "needs", "has"}]}; the
// shortage is "" when everything fits.
nlohmann::json use_json(const Device& device, const Resources& resources);

// summary_json(plan), the resources of every unit and in total, "device", the use of it, and
// whether it "fits".
nlohmann::json estimate_json(const Plan& plan, const Device& device);

}  // namespace emamba
