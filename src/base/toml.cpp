// SPDX-License-Identifier: Apache-2.0
#include "base/toml.h"

#include <cctype>
#include <nlohmann/json.hpp>

#include "base/error.h"

// toml++ states facts about its input as assertions, and assumes them where NDEBUG is set;
// malformed text breaks one of them. Here, a broken one refuses the text, for which the parser must
// be compiled here and not come from its library.
#define TOML_HEADER_ONLY 1
#ifdef NDEBUG
#define EMAMBA_HAD_NDEBUG
#undef NDEBUG
#endif
#define TOML_ASSERT(expression) \
  ((expression) ? static_cast<void>(0) : throw emamba::Error("malformed TOML"))
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wterminate"  // some of them stand in noexcept functions
#include <toml++/toml.h>
#pragma GCC diagnostic pop
#ifdef EMAMBA_HAD_NDEBUG
#define NDEBUG
#endif

namespace emamba {
namespace {

using nlohmann::json;

json to_json(const toml::node& node, const std::string& source, int depth = 0) {
  if (depth > 8) throw Error(source + ": tables nest deeper than any key does");
  if (const auto* table = node.as_table()) {
    json object = json::object();
    for (const auto& [key, value] : *table) {
      object[std::string(key.str())] = to_json(value, source, depth + 1);
    }
    return object;
  }
  if (const auto* array = node.as_array()) {
    json list = json::array();
    for (const toml::node& value : *array) list.push_back(to_json(value, source, depth + 1));
    return list;
  }
  if (const auto* value = node.as_string()) return **value;
  if (const auto* value = node.as_integer()) return **value;
  if (const auto* value = node.as_floating_point()) return **value;
  if (const auto* value = node.as_boolean()) return **value;
  const auto& begin = node.source().begin;
  throw Error(fmt::format("{}:{}:{}: dates and times are not values of any key", source, begin.line,
                          begin.column));
}

toml::table parse(std::string_view text, const std::string& source) {
  // A nesting limit of our own: toml++ recurses on brackets and dotted keys, and no key needs many.
  int nesting = 0;
  bool comment = false, line_start = true;
  for (char c : text) {
    if (c == '\n') nesting = 0, line_start = true, comment = false;
    if (line_start && c == '#') comment = true;
    if (!std::isspace(static_cast<unsigned char>(c))) line_start = false;
    if (!comment && (c == '[' || c == '{' || c == '.') && ++nesting > 64) {
      throw Error(source + ": a line with more than 64 brackets and dots");
    }
  }
  try {
    return toml::parse(text, source);
  } catch (const Error& e) {
    throw Error(source + ": " + e.what(), "the file must be TOML, see docs/formats.md");
  } catch (const toml::parse_error& e) {
    throw Error(fmt::format("{}:{}:{}: {}", source, e.source().begin.line, e.source().begin.column,
                            e.description()),
                "the file must be TOML, see docs/formats.md");
  }
}

void flatten(const json& node, const std::string& prefix, json& flat, int depth) {
  for (const auto& [key, value] : node.items()) {
    const std::string path = prefix.empty() ? key : prefix + "." + key;
    if (value.is_object() && depth < 4) {
      flatten(value, path, flat, depth + 1);
    } else {
      flat[path] = value;
    }
  }
}

}  // namespace

json parse_toml(std::string_view text, const std::string& source) {
  return to_json(parse(text, source), source);
}

void apply_override(json& nested, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw Error(fmt::format("--set {}: must be key=value", text), "e.g. --set train.epochs=3");
  }
  const std::string key = text.substr(0, equals), value = text.substr(equals + 1);
  const std::string source = "--set " + key;
  json parsed;
  try {
    const json all = parse_toml("v = " + value, source);
    if (all.size() == 1) parsed = all.at("v");
  } catch (const Error&) {
    parsed = value;  // an unquoted string
  }
  if (parsed.is_null()) {
    throw Error(fmt::format("--set {}: is more than one assignment", text),
                "give each key a --set of its own");
  }
  json* node = &nested;
  std::size_t start = 0;
  for (std::size_t dot; (dot = key.find('.', start)) != std::string::npos; start = dot + 1) {
    node = &(*node)[key.substr(start, dot - start)];
    if (!node->is_object() && !node->is_null()) {
      throw Error(fmt::format("--set {}: '{}' is a value, not a table", text, key.substr(0, dot)));
    }
  }
  (*node)[key.substr(start)] = parsed;
}

json flattened(const json& nested) {
  json flat = json::object();
  flatten(nested, "", flat, 0);
  return flat;
}

}  // namespace emamba
