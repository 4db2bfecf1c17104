// SPDX-License-Identifier: Apache-2.0
// Parameters against accuracy, of several families of networks: as tables and as a picture.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/text_table.h"

namespace emamba {

// Of the result of a sweep, as in docs/formats.md: every size of every family, and for every size
// of the first family the smallest of each other one that is at least as good in integers.
TextTable sweep_table(const nlohmann::json& result);
TextTable sweep_equals(const nlohmann::json& result);
std::string sweep_caption(const nlohmann::json& result);
// Caption and both tables.
std::string sweep_markdown(const nlohmann::json& result);

// A whole SVG file: integers' means by parameters, on a logarithmic scale, with the range over the
// seeds.
std::string sweep_svg(const nlohmann::json& result);

}  // namespace emamba
