// SPDX-License-Identifier: Apache-2.0
// What design choices cost, as a table.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/text_table.h"

namespace emamba {

// Of the result of an ablation, as in docs/formats.md.
TextTable ablation_table(const nlohmann::json& result);
std::string ablation_caption(const nlohmann::json& result);

}  // namespace emamba
