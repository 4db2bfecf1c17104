// SPDX-License-Identifier: Apache-2.0
// The designs of an exploration (`emamba explore --json`) as a table, as CSV, and as a page on
// which any two of their numbers are drawn against each other.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace emamba {

// With a line about how many there are.
std::string exploration_text(const nlohmann::json& result);

// A header, and a line a design; settings last.
std::string exploration_csv(const nlohmann::json& result);

// One page that needs nothing else. `config` is how its commands name config.toml and what else was
// set, as words of a shell.
std::string exploration_html(const nlohmann::json& result, const std::string& config);

}  // namespace emamba
