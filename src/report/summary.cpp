// SPDX-License-Identifier: Apache-2.0
// Wording of the summary.
#include "report/summary.h"

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "report/measures.h"
#include "report/text_table.h"
#include "report/use.h"

namespace emamba {
namespace {

using nlohmann::json;

std::string hardware_text(const json& result) {
  const json& hardware = result.at("stages").at("hardware");
  const json& verify = result.at("stages").at("verify");
  const double mhz = hardware.at("clock_mhz");
  const auto latency = hardware.at("latency_cycles").get<std::int64_t>();
  const auto period = hardware.at("cycles_per_frame").get<std::int64_t>();
  const std::string simulated =
      verify.contains("frames")
          ? fmt::format("{} frames simulated: every bit as above, every cycle as planned",
                        verify.at("frames").get<std::int64_t>())
          : "not simulated";
  return fmt::format(
      "\nhardware: {} cycles latency, {} a frame ({:.1f} us and {:.0f} frames/s at an assumed {:g} "
      "MHz),\n{} multipliers {:.0f} % busy; {};\nabout {}\n",
      latency, period, static_cast<double>(latency) / mhz, mhz * 1e6 / static_cast<double>(period),
      mhz, hardware.at("multipliers").get<std::int64_t>(),
      100 * hardware.at("multiplier_use").get<double>(), simulated,
      use_text(hardware.at("device")));
}

}  // namespace

std::string flow_summary(const json& result) {
  const json& summary = result.at("summary");
  const json& stages = result.at("stages");
  std::string text = fmt::format(
      "\n{}: {} test samples, {} parameters, {} bytes of integers\n\n",
      result.at("name").get<std::string>(), summary.at("samples").get<std::size_t>(),
      summary.at("parameters").get<std::size_t>(), summary.at("program_bytes").get<std::size_t>());

  ReportTable table = arithmetic_table(measures_at(summary), summary);
  table.columns.push_back({"seconds"});
  std::vector<Row>& rows = table.groups.front().rows;
  const char* const evaluations[] = {"eval-float", "eval-pwl", "eval-golden"};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double seconds = stages.at(evaluations[i]).at("seconds");
    rows[i].push_back({fmt::format("{:.1f}", seconds)});
  }
  text += TextTable(table).text();

  const json& edges = summary.at("costliest_edges");
  if (!edges.empty()) text += "\nRounding one edge alone costs most at:";
  for (std::size_t i = 0; i < edges.size(); ++i) {
    text += fmt::format("{} {} ({:.2f})", i > 0 ? "," : "", edges[i].at("name").get<std::string>(),
                        edges[i].at("lost").get<double>());
  }
  if (!edges.empty()) text += "\n";
  if (stages.contains("hardware")) text += hardware_text(result);
  text += fmt::format("\nResults are in {}\n", result.at("out").get<std::string>());
  return text;
}

}  // namespace emamba
