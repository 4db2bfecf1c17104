// SPDX-License-Identifier: Apache-2.0
// Fields of results, and numbers as a report prints them.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace emamba {

// An integer; throws Error when it is none, or larger than a double holds exactly.
std::int64_t count_of(const nlohmann::json& value);
std::int64_t count_at(const nlohmann::json& object, const std::string& key);
double real_at(const nlohmann::json& object, const std::string& key);
// On one line: control characters become spaces, so that no name can end a cell or a code block.
std::string text_at(const nlohmann::json& object, const std::string& key);
std::string one_line(std::string text);

// What stands where there is no number.
inline constexpr const char* kNone = "\u2013";

double ratio(double part, double whole);                            // 0 of nothing
std::string thousands(std::int64_t number);                         // 1,234,567
std::string percent(double share);                                  // 0.123 is "12.3 %"
std::string counted(std::int64_t number, const std::string& noun);  // "1 edge", "2 edges"

// A sentence, with a blank before it, for each trial that failed: {group, name, seed, error}.
std::string not_counted(const nlohmann::json& failed);

}  // namespace emamba
