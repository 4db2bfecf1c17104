// SPDX-License-Identifier: Apache-2.0
#include "synth/kept.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"

namespace emamba {

using nlohmann::json;

json kept_result(const std::string& path, const std::string& key) {
  if (!file_exists(path)) return {};
  try {
    json result = parse_json(read_file(path), path);
    if (result.is_object() && result.value("key", "") == key) return result;
  } catch (const Error&) {  // damaged: it is made again
  } catch (const json::exception&) {
  }
  return {};
}

void keep_result(const std::string& path, const std::string& key, json result) {
  result["key"] = key;
  write_file(path, result.dump(2) + "\n");
}

}  // namespace emamba
