// SPDX-License-Identifier: Apache-2.0
// JSON from files that may be damaged or hostile.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace emamba {

// Parses `text`. Throws Error, naming `source`, on a syntax error, on objects and arrays nested
// deeper than `max_depth` (found before parsing), and on a key that an object holds twice.
nlohmann::json parse_json(std::string_view text, const std::string& source, int max_depth = 16);

// The nearest number with so many digits behind the point: what a result file says of a time.
double rounded(double value, int digits);

}  // namespace emamba
