// SPDX-License-Identifier: Apache-2.0
// What an accelerator takes of its device, in words.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace emamba {

// A count of resources: whole, or in halves with one decimal.
std::string count_text(const nlohmann::json& count);

// Of use_json(): "26 DSP48E2 (1.0 %), 7864 LUT (2.9 %), ... of the ZCU102 (XCZU9EG)"; and, where
// it does not fit, by how much not.
std::string use_text(const nlohmann::json& device);

}  // namespace emamba
