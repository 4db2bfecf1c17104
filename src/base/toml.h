// SPDX-License-Identifier: Apache-2.0
// TOML texts as JSON values.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace emamba {

// Tables become objects; strings, integers, numbers, truth values and arrays of them stay what they
// are. Throws Error naming `source`, line and column on anything else, and on text that is no TOML.
nlohmann::json parse_toml(std::string_view text, const std::string& source);

// Sets what "key=value" says, with a dotted key and a TOML value (a string may go unquoted).
void apply_override(nlohmann::json& nested, const std::string& text);

// {"a": {"b": 1}} as {"a.b": 1}. Objects nest four deep at most; deeper ones stay whole.
nlohmann::json flattened(const nlohmann::json& nested);

// Throws Error naming `where` when the table has a key that is not among these.
void require_keys(const nlohmann::json& table, const std::vector<std::string>& known,
                  const std::string& where);

// A table's value, which the error says must be `wanted`, with a hint.
template <class T>
T value_at(const nlohmann::json& table, const char* key, const std::string& where,
           const char* wanted, const std::string& hint) {
  try {
    return table.at(key).get<T>();
  } catch (const nlohmann::json::exception&) {
    throw Error(fmt::format("{}: {} must be {}{}", where, key, wanted,
                            table.contains(key) ? ", not " + table.at(key).dump() : ""),
                hint);
  }
}

}  // namespace emamba
