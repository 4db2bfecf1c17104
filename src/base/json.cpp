// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <cmath>
#include <set>
#include <vector>

#include "base/error.h"

namespace emamba {
namespace {

// The deepest nesting of brackets outside strings.
int nesting(std::string_view text) {
  int depth = 0, deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

}  // namespace

nlohmann::json parse_json(std::string_view text, const std::string& source, int max_depth) {
  using nlohmann::json;
  if (nesting(text) > max_depth) {
    throw Error(fmt::format("{}: JSON nested deeper than {} levels", source, max_depth));
  }
  // The parser takes one for the end, and whatever follows for nothing.
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    throw Error(fmt::format("{}: JSON with a zero byte at {}", source, zero));
  }
  std::vector<std::set<std::string>> keys;  // of each open object
  const auto check_keys = [&](int, json::parse_event_t event, const json& value) {
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      throw Error(fmt::format("{}: JSON key '{}' stands twice", source, value.get<std::string>()));
    }
    return true;
  };
  try {
    return json::parse(text, check_keys);
  } catch (const json::exception& e) {
    throw Error(fmt::format("{}: {}", source, e.what()));
  }
}

double rounded(double value, int digits) {
  const double scale = std::pow(10.0, digits);
  return std::round(value * scale) / scale;
}

}  // namespace emamba
