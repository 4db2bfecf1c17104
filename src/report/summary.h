// SPDX-License-Identifier: Apache-2.0
// What a flow says last.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace emamba {

// The table of a flow's metrics in each arithmetic, and where they differ from.
std::string flow_summary(const nlohmann::json& flow_result);

}  // namespace emamba
