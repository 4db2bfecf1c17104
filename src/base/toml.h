// SPDX-License-Identifier: Apache-2.0
// TOML texts as JSON values.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace emamba {

// Tables become objects; strings, integers, numbers, truth values and arrays of them stay what they
// are. Throws Error naming `source`, line and column on anything else, and on text that is no TOML.
nlohmann::json parse_toml(std::string_view text, const std::string& source);

// Sets what "key=value" says, with a dotted key and a TOML value (a string may go unquoted).
void apply_override(nlohmann::json& nested, const std::string& text);

// {"a": {"b": 1}} as {"a.b": 1}. Objects nest four deep at most; deeper ones stay whole.
nlohmann::json flattened(const nlohmann::json& nested);

}  // namespace emamba
