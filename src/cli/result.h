// SPDX-License-Identifier: Apache-2.0
// Files that an earlier run left in the output folder.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/job.h"

namespace emamba {

// A result file of an earlier run; nothing when there is none, or one that is damaged or lacks what
// `use` looks up in it: then it is made again and replaced.
template <class Use>
std::optional<nlohmann::json> read_result(const std::string& path, const Use& use) {
  if (!file_exists(path)) return {};
  try {
    nlohmann::json result = parse_json(read_file(path, 64 << 20), path);
    use(result);
    return result;
  } catch (const Error&) {
  } catch (const nlohmann::json::exception&) {
  }
  return {};
}

inline bool has(const std::optional<nlohmann::json>& result, const char* field,
                const std::string& value) {
  return result && result->contains(field) && (*result)[field] == value;
}

// A model or a program. A damaged one stops the work: it may be somebody's only copy.
template <class T>
Stored<T> load_or_explain(Stored<T> (*load)(const std::string&), const std::string& path) {
  try {
    return load(path);
  } catch (const Error& e) {
    throw Error(e.what(), fmt::format("remove {}: another one is then made", path));
  }
}

}  // namespace emamba
