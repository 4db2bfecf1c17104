// SPDX-License-Identifier: Apache-2.0
// Models side by side (`emamba compare --json`) as tables and as a page.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace emamba {

// For a terminal, or as Markdown.
std::string comparison_text(const nlohmann::json& result);
std::string comparison_markdown(const nlohmann::json& result);
// The whole page, self-contained.
std::string comparison_html(const nlohmann::json& result);

}  // namespace emamba
