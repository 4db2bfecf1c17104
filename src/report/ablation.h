// SPDX-License-Identifier: Apache-2.0
// What design choices cost, as a table, and its place in a page.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/text_table.h"

namespace emamba {

// Of the result of an ablation, as in docs/formats.md.
TextTable ablation_table(const nlohmann::json& result);
std::string ablation_caption(const nlohmann::json& result);
// `page` with `content` as the generated part of this ablation, behind the rest if it has none.
// Throws Error, naming `path`, when its markers are not one of each, in their order.
std::string with_ablation(const std::string& page, const std::string& name,
                          const std::string& content, const std::string& path);

}  // namespace emamba
