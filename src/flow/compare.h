// SPDX-License-Identifier: Apache-2.0
// The stage "compare": models of one task side by side, as accelerators on one device.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "flow/job.h"

namespace emamba {

// What docs/formats.md says of `emamba compare --json`, of models that have results.json beside
// their configs. Devices are that of the first job. Throws Error when results are missing or not of
// the files beside them, and when the models are of several tasks.
nlohmann::json compare_stage(const std::vector<Job>& jobs);

}  // namespace emamba
