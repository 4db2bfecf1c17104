// SPDX-License-Identifier: Apache-2.0
// Designs as text, CSV and HTML.
#include "report/exploration.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "report/escape.h"
#include "report/exploration_page.h"
#include "report/style.h"
#include "report/text_table.h"

namespace emamba {
namespace {

using nlohmann::json;

// A number of a design: its key and its name.
struct Quantity {
  std::string key, name;
};

std::vector<Quantity> columns_of(const json& result) {
  std::vector<Quantity> columns = {{"cycles_per_frame", "cycles a frame"},
                                   {"latency_cycles", "latency"},
                                   {"multipliers", "multipliers"}};
  for (const json& kind : result.at("device").at("resources")) {
    columns.push_back({kind.at("key"), kind.at("name")});
  }
  return columns;
}

// hardware.lanes=5 for lanes 5.
std::vector<std::string> settings_of(const json& point) {
  std::vector<std::string> settings;
  for (const auto& [key, value] : point.at("settings").items()) {
    settings.push_back(fmt::format("{}={}", key, value.dump()));
  }
  return settings;
}

}  // namespace

std::string exploration_text(const json& result) {
  std::vector<std::string> header;
  for (const Quantity& column : columns_of(result)) header.push_back(column.name);
  for (const char* name : {"lanes", "cycles/token", "cycles/sequence", "shared", "merged"}) {
    header.emplace_back(name);
  }
  TextTable table(header);
  for (const json& point : result.at("points")) {
    std::vector<std::string> row;
    for (const Quantity& column : columns_of(result)) row.push_back(point.at(column.key).dump());
    const json& settings = point.at("settings");
    for (const char* key : {"lanes", "cycles_per_token", "cycles_per_sequence"}) {
      row.push_back(settings.at(std::string("hardware.") + key).dump());
    }
    for (const char* key : {"hardware.shared_blocks", "hardware.merged_linears"}) {
      row.push_back(settings.at(key).get<bool>() ? "yes" : "no");
    }
    table.add(row);
  }
  return fmt::format(
      "{}\n{} designs of {} for the {}, none of which another one beats; {:.1f} s{}\n",
      table.text(), result.at("points").size(), result.at("name").get<std::string>(),
      result.at("device").at("name").get<std::string>(), result.at("seconds").get<double>(),
      result.at("trained").get<bool>() ? "" : "; weights are random");
}

std::string exploration_csv(const json& result) {
  std::string text;
  for (const Quantity& column : columns_of(result)) text += column.key + ",";
  text += "settings\n";
  for (const json& point : result.at("points")) {
    for (const Quantity& column : columns_of(result)) text += point.at(column.key).dump() + ",";
    text += fmt::format("{}\n", fmt::join(settings_of(point), " "));
  }
  return text;
}

std::string exploration_html(const json& result, const std::string& config) {
  json data = {{"columns", json::array()}, {"points", json::array()}, {"config", config}};
  for (const Quantity& column : columns_of(result)) {
    data["columns"].push_back({{"key", column.key}, {"name", column.name}});
  }
  for (const json& kind : result.at("device").at("resources")) {
    data["has"][kind.at("key").get<std::string>()] = kind.at("has");
  }
  for (const json& point : result.at("points")) {
    json item = point;
    item["settings"] = settings_of(point);
    data["points"].push_back(std::move(item));
  }
  std::string embedded = data.dump();
  // Nothing in it may end the script.
  for (std::size_t at = 0; (at = embedded.find('<', at)) != std::string::npos;) {
    embedded.replace(at, 1, "\\u003c");
  }
  const std::string name = html_text(result.at("name").get<std::string>());
  const std::string device = html_text(result.at("device").at("name").get<std::string>());
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}: designs for the {1}</title>\n<style>{2}{3}</style>\n</head>\n<body>\n<main>\n"
      "<h1>{0}: designs for the {1}</h1>\n{4}<script>\nconst data = {5};\n{6}</script>\n"
      "</main>\n</body>\n</html>\n",
      name, device, kReportStyle, kExplorationStyle, kExplorationBody, embedded,
      kExplorationScript);
}

}  // namespace emamba
