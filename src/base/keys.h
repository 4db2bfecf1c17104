// SPDX-License-Identifier: Apache-2.0
// Keys of a configuration, said once: a struct of options has a function
//
//   template <class V> void visit_keys(Options& o, V&& v) {
//     v("table.key", o.field, Range{1, 64}, "meaning");    // numbers
//     v("table.other", o.switch, "meaning");               // enums, bool, strings, lists of
//     strings
//   }
//
// and what is here reads, writes, documents and compares them by it. A field with members `height`
// and `width` is written as one number where they are equal, else as [height, width]. The names of
// an enum's values are given with EMAMBA_NAMES.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "base/nearest.h"

namespace emamba {

// Of a number; both ends are allowed.
struct Range {
  double lo, hi;
};

// KeyNames<E>::values: the names of an enum's values, in the order of the enum.
template <class E>
struct KeyNames;
#define EMAMBA_NAMES(Enum, ...)                                               \
  template <>                                                                 \
  struct KeyNames<Enum> {                                                     \
    static constexpr auto values = std::to_array<const char*>({__VA_ARGS__}); \
  }

template <class E>
const char* name_of_key(E value) {
  return KeyNames<E>::values[static_cast<std::size_t>(value)];
}

// For keys of a configuration: name, type or choices, range, default, meaning.
struct KeyDoc {
  std::string key, type, range, initial, meaning;
};

template <class T>
concept SizeField = requires(T t) {
  t.height;
  t.width;
};

namespace keys_internal {

template <class E>
std::string choice_list() {
  std::string list;
  for (const char* name : KeyNames<E>::values)
    list += (list.empty() ? "" : ", ") + std::string(name);
  return list;
}

template <class T>
nlohmann::json value_of(const T& field) {
  if constexpr (std::is_enum_v<T>) {
    return name_of_key(field);
  } else if constexpr (SizeField<T>) {
    if (field.height == field.width) return field.height;
    return {field.height, field.width};
  } else {
    return field;
  }
}

}  // namespace keys_internal

// Puts every key at its place in `root`.
struct KeyWriter {
  nlohmann::json& root;

  template <class T>
  void put(const std::string& key, const T& field) const {
    nlohmann::json* node = &root;
    std::size_t start = 0;
    for (std::size_t dot; (dot = key.find('.', start)) != std::string::npos; start = dot + 1) {
      node = &(*node)[key.substr(start, dot - start)];
    }
    (*node)[key.substr(start)] = keys_internal::value_of(field);
  }
  template <class T>
  void operator()(const std::string& key, T& field, const char*) const {
    put(key, field);
  }
  template <class T>
  void operator()(const std::string& key, T& field, Range, const char*) const {
    put(key, field);
  }
};

// Lists every key with what its field holds as default.
struct KeyDocs {
  std::vector<KeyDoc>& docs;

  template <class T>
  static std::string default_of(const T& field) {
    if constexpr (SizeField<T>) {
      return keys_internal::value_of(field).dump();
    } else {
      return fmt::format("{}", field);
    }
  }
  template <class T>
  void operator()(const std::string& key, T& field, const char* meaning) const {
    KeyDoc doc{key, "", "", "", meaning};
    if constexpr (std::is_enum_v<T>) {
      doc.type = keys_internal::choice_list<T>();
      doc.initial = name_of_key(field);
    } else if constexpr (std::is_same_v<T, bool>) {
      doc.type = "true, false";
      doc.initial = field ? "true" : "false";
    } else if constexpr (std::is_same_v<T, std::string>) {
      doc.type = "string";
      doc.initial = field;
    } else {
      doc.type = "strings";
    }
    docs.push_back(std::move(doc));
  }
  template <class T>
  void operator()(const std::string& key, T& field, Range range, const char* meaning) const {
    const char* type = SizeField<T>                  ? "integer, or [height, width]"
                       : std::is_floating_point_v<T> ? "number"
                                                     : "integer";
    docs.push_back(
        {key, type, fmt::format("{:g} .. {:g}", range.lo, range.hi), default_of(field), meaning});
  }
};

// Sets every field whose key is in `flat` (dotted key -> value), and notes all keys in `known`.
// Throws Error, naming source, key and value, when a value is of a wrong type or out of range.
struct KeyReader {
  const nlohmann::json& flat;
  const std::string& source;
  std::set<std::string>& known;

  [[noreturn]] void wrong(const std::string& key, const nlohmann::json& value,
                          const std::string& wanted, const std::string& hint = "") const {
    using handler = nlohmann::json::error_handler_t;
    // JSON has no NaN and no infinity.
    const std::string text = value.is_number_float() ? fmt::format("{}", value.get<double>())
                                                     : value.dump(-1, ' ', false, handler::replace);
    throw Error(fmt::format("{}: {} = {}: {}", source, key, text, wanted),
                hint + "`emamba inspect --keys` lists every key with its type and range");
  }
  const nlohmann::json* find(const std::string& key) const {
    known.insert(key);
    const auto it = flat.find(key);
    return it == flat.end() ? nullptr : &*it;
  }
  template <class T>
  void operator()(const std::string& key, T& field, const char*) const {
    const nlohmann::json* value = find(key);
    if (!value) return;
    if constexpr (std::is_same_v<T, bool>) {
      if (!value->is_boolean()) wrong(key, *value, "must be true or false");
      field = value->get<bool>();
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
      const auto text = [](const nlohmann::json& v) { return v.is_string(); };
      if (!value->is_array() || !std::all_of(value->begin(), value->end(), text)) {
        wrong(key, *value, "must be a list of strings");
      }
      field = value->get<T>();
    } else {
      if (!value->is_string()) wrong(key, *value, "must be a string");
      const std::string text = value->get<std::string>();
      if constexpr (std::is_same_v<T, std::string>) {
        field = text;
      } else {
        const auto& names = KeyNames<T>::values;
        const auto it = std::find(names.begin(), names.end(), text);
        if (it == names.end()) {
          wrong(key, *value, "must be one of " + keys_internal::choice_list<T>(),
                did_you_mean(text, {names.begin(), names.end()}));
        }
        field = static_cast<T>(it - names.begin());
      }
    }
  }
  template <class T>
  void operator()(const std::string& key, T& field, Range range, const char*) const {
    const nlohmann::json* value = find(key);
    if (!value) return;
    if constexpr (SizeField<T>) {
      const bool pair = value->is_array() && value->size() == 2;
      if (!pair && !value->is_number_integer()) {
        wrong(key, *value, "must be an integer, or [height, width]");
      }
      read(key, pair ? (*value)[0] : *value, field.height, range);
      read(key, pair ? (*value)[1] : *value, field.width, range);
    } else {
      read(key, *value, field, range);
    }
  }
  template <class T>
  void read(const std::string& key, const nlohmann::json& value, T& field, Range range) const {
    if (std::is_floating_point_v<T> ? !value.is_number() : !value.is_number_integer()) {
      wrong(key, value, std::is_floating_point_v<T> ? "must be a number" : "must be an integer");
    }
    const double number = value.get<double>();
    if (!(number >= range.lo && number <= range.hi)) {
      wrong(key, value, fmt::format("must lie in {:g} .. {:g}", range.lo, range.hi));
    }
    field = value.get<T>();
  }
};

// The keys, of those in the named tables (or without one: of that name), in which two
// configurations differ; `defaults` stands for what either leaves out. What only one of them knows
// otherwise is not compared.
inline std::vector<std::string> key_differences(const nlohmann::json& flat_a,
                                                const nlohmann::json& flat_b,
                                                const nlohmann::json& flat_defaults,
                                                const std::vector<std::string>& tables) {
  std::vector<std::string> keys;
  for (const auto& [key, initial] : flat_defaults.items()) {
    const std::string table = key.substr(0, key.find('.'));
    if (std::find(tables.begin(), tables.end(), table) == tables.end()) continue;
    if (flat_a.value(key, initial) != flat_b.value(key, initial)) keys.push_back(key);
  }
  return keys;
}

}  // namespace emamba
