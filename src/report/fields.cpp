// SPDX-License-Identifier: Apache-2.0
// Fields and numbers as text.
#include "report/fields.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"

namespace emamba {

using nlohmann::json;

std::int64_t count_of(const json& value) {
  constexpr double kMost = 9007199254740992;  // up to which a double holds every integer
  const double number = value.get<double>();
  if (!(std::abs(number) <= kMost) || number != std::floor(number)) {
    throw Error(fmt::format("a result holds {} in the place of a count", value.dump()),
                "measure again with the command that made it");
  }
  return static_cast<std::int64_t>(number);
}

std::int64_t count_at(const json& object, const std::string& key) {
  return count_of(object.at(key));
}

double real_at(const json& object, const std::string& key) {
  return object.at(key).get<double>();
}

std::string text_at(const json& object, const std::string& key) {
  return one_line(object.at(key).get<std::string>());
}

std::string one_line(std::string text) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = ' ';
  }
  return text;
}

double ratio(double part, double whole) {
  return whole == 0 ? 0 : part / whole;
}

std::string thousands(std::int64_t number) {
  std::string text = fmt::format("{}", number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > first + 3;) text.insert(at -= 3, 1, ',');
  return text;
}

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

std::string counted(std::int64_t number, const std::string& noun) {
  return thousands(number) + " " + noun + (number == 1 ? "" : "s");
}

std::string not_counted(const nlohmann::json& failed) {
  std::string text;
  for (const nlohmann::json& trial : failed) {
    text += fmt::format(" Not counted: {} {}, seed {} ({}).", trial.at("group").get<std::string>(),
                        trial.at("name").get<std::string>(), trial.at("seed").get<int>(),
                        trial.at("error").get<std::string>());
  }
  return text;
}

}  // namespace emamba
