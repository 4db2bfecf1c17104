// SPDX-License-Identifier: Apache-2.0
#include "cli/summary.h"

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/table.h"
#include "cli/use.h"

namespace emamba {
namespace {

using nlohmann::json;

std::string lost_text(double lost, bool regression) {
  return fmt::format("{:+.2f} {}", regression ? lost : -lost, regression ? "cm" : "points");
}

void print_hardware(const json& result) {
  const json& hardware = result.at("stages").at("hardware");
  const json& verify = result.at("stages").at("verify");
  const double mhz = hardware.at("clock_mhz");
  const auto latency = hardware.at("latency_cycles").get<std::int64_t>();
  const auto period = hardware.at("cycles_per_frame").get<std::int64_t>();
  fmt::print(
      "\nhardware: {} cycles latency, {} a frame ({:.1f} us and {:.0f} frames/s at an assumed {:g} "
      "MHz),\n{} multipliers {:.0f} % busy, about {};\nsimulated on {} frames, every bit as the "
      "integers above, every cycle as planned\n",
      latency, period, static_cast<double>(latency) / mhz, mhz * 1e6 / static_cast<double>(period),
      mhz, hardware.at("multipliers").get<std::int64_t>(),
      100 * hardware.at("multiplier_use").get<double>(), use_text(hardware.at("device")),
      verify.at("frames").get<std::int64_t>());
}

}  // namespace

void print_summary(const json& result) {
  const json& summary = result.at("summary");
  const bool regression = summary.at("float").contains("rmse_cm");
  const json& stages = result.at("stages");
  fmt::print("\n{}: {} test samples, {} parameters, {} bytes of integers\n\n",
             result.at("name").get<std::string>(), summary.at("samples").get<std::size_t>(),
             summary.at("parameters").get<std::size_t>(),
             summary.at("program_bytes").get<std::size_t>());

  std::vector<std::string> header = {"arithmetic"};
  for (const char* name : {"MAE cm", "RMSE cm"}) {
    if (regression) header.push_back(name);
  }
  if (!regression) header.push_back("accuracy %");
  header.insert(header.end(), {"change", "comes from", "seconds"});
  Table table(header);
  const auto add = [&](const char* name, const char* metrics, const char* stage,
                       const std::string& change, const std::string& reason) {
    std::vector<std::string> row = {name};
    for (const auto& [key, value] : summary.at(metrics).items()) {
      row.push_back(fmt::format("{:.2f}", value.get<double>()));
    }
    row.insert(row.end(), {change, reason,
                           fmt::format("{:.1f}", stages.at(stage).at("seconds").get<double>())});
    table.add(row);
  };
  add("float, exact functions", "float", "eval-float", "", "");
  add("float, piecewise linear", "pwl", "eval-pwl",
      lost_text(summary.at("lost_by_pwl"), regression), "lines for SiLU and exp");
  add("integers only", "golden", "eval-golden",
      lost_text(summary.at("lost_by_rounding"), regression), "rounding weights and edges");
  table.print();

  const json& edges = summary.at("costliest_edges");
  if (!edges.empty()) fmt::print("\nRounding one edge alone costs most at:");
  for (std::size_t i = 0; i < edges.size(); ++i) {
    fmt::print("{} {} ({:.2f})", i > 0 ? "," : "", edges[i].at("name").get<std::string>(),
               edges[i].at("lost").get<double>());
  }
  if (!edges.empty()) fmt::print("\n");
  if (stages.contains("hardware")) print_hardware(result);
  fmt::print("\nResults are in {}\n", result.at("out").get<std::string>());
}

}  // namespace emamba
