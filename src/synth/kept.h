// SPDX-License-Identifier: Apache-2.0
// Results of tools, kept beside what they wrote, for runs with the same inputs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace emamba {

// What keep_result() wrote to `path` with this key; null when there is nothing, or something else.
nlohmann::json kept_result(const std::string& path, const std::string& key);

// `key` stands for all that the result depends on.
void keep_result(const std::string& path, const std::string& key, nlohmann::json result);

}  // namespace emamba
