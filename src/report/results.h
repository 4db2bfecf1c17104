// SPDX-License-Identifier: Apache-2.0
// Tables of measured models in Markdown, and their place in pages that are otherwise written by
// hand. A model's results are what `emamba results` writes to its results.json (docs/formats.md).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace emamba {

// A row a model: its size, metrics and cycles. Throws Error when results lack something.
std::string results_overview(const std::vector<nlohmann::json>& results);
// For every model, how it was made, and its metric in parts. Throws Error as above.
std::string results_details(const std::vector<nlohmann::json>& results);

// `page` with `content` between the lines <!-- results:begin --> and <!-- results:end -->. Throws
// Error naming `path`, the page's file, when it does not have each of them once, in this order.
std::string with_results(const std::string& page, const std::string& content,
                         const std::string& path);

// "line N is "...", expected "..."" of the first line that differs; empty when none does.
std::string first_difference(const std::string& text, const std::string& expected);

}  // namespace emamba
