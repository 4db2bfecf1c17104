// SPDX-License-Identifier: Apache-2.0
// What an accelerator takes of its device, in words.
#include "report/use.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace emamba {

using nlohmann::json;

std::string count_text(const json& count) {
  return count.is_number_float() ? fmt::format("{:.1f}", count.get<double>()) : count.dump();
}

std::string use_text(const json& device) {
  std::string text;
  for (const json& resource : device.at("resources")) {
    const double needs = resource.at("needs"), has = resource.at("has");
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count_text(resource.at("needs")),
                        resource.at("name").get<std::string>());
    if (has > 0) text += fmt::format(" ({:.1f} %)", 100 * needs / has);
  }
  text += " of the " + device.at("name").get<std::string>();
  const std::string shortage = device.at("shortage");
  return shortage.empty() ? text : text + "; does not fit: " + shortage;
}

}  // namespace emamba
