// SPDX-License-Identifier: Apache-2.0
// Parts of a document as Markdown (GitHub's, for its tables).
#pragma once

#include <string>
#include <string_view>

#include "report/document.h"

namespace emamba {

// With what would mean something in Markdown escaped.
std::string markdown_text(std::string_view text);
// The caption, if there is one, and the table.
std::string markdown_table(const ReportTable& table);

}  // namespace emamba
