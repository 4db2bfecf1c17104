// SPDX-License-Identifier: Apache-2.0
// `emamba estimate`: cycles, multipliers and parts of the accelerator, without building it.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/cli.h"
#include "flow/estimate.h"
#include "report/text_table.h"

namespace emamba {
namespace {

using nlohmann::json;

std::string percent(std::int64_t used, std::int64_t there) {
  return fmt::format("{:.1f}", 100.0 * static_cast<double>(used) / static_cast<double>(there));
}

void print_estimate(const json& result, double clock_mhz) {
  TextTable table(
      {"unit", "kind", "multipliers", "use", "DSP", "LUT", "FF", "BRAM36", "busy cycles"});
  for (const json& unit : result.at("units")) {
    const auto count = [&](const char* key) {
      return fmt::format("{}", unit.at(key).get<std::int64_t>());
    };
    const bool multiplies = unit.at("multipliers") != 0;
    table.add({unit.at("name"), unit.at("kind"), count("multipliers"),
               multiplies ? fmt::format("{:.2f}", unit.at("multiplier_use").get<double>()) : "-",
               count("dsp"), count("lut"), count("ff"),
               fmt::format("{:.1f}", unit.at("bram36").get<double>()), count("busy_cycles")});
  }
  fmt::print("{}", table.text());
  const auto total = [&](const char* key) { return result.at(key).get<std::int64_t>(); };
  const auto latency = total("latency_cycles"), period = total("cycles_per_frame");
  fmt::print(
      "\nlatency      {} cycles, first input to last output: {:.2f} us at an assumed {:g} MHz\n",
      latency, static_cast<double>(latency) / clock_mhz, clock_mhz);
  fmt::print("throughput   a frame every {} cycles: {:.0f} frames/s\n", period,
             clock_mhz * 1e6 / static_cast<double>(period));
  fmt::print("multipliers  {}, {:.0f} % busy\n", total("multipliers"),
             100 * result.at("multiplier_use").get<double>());
  fmt::print(
      "parts        {} DSP ({} %), {} LUT ({} %), {} FF ({} %), {:.1f} BRAM36 ({} %) of a {}\n",
      total("dsp"), percent(total("dsp"), kZcu102.dsp), total("lut"),
      percent(total("lut"), kZcu102.lut), total("ff"), percent(total("ff"), kZcu102.ff),
      result.at("bram36").get<double>(),
      percent(static_cast<std::int64_t>(result.at("bram36").get<double>() + 0.5), kZcu102.bram36),
      kZcu102.name);
  if (!result.at("trained").get<bool>()) {
    fmt::print(
        "\nNo program fits this config: weights are random. Cycles and multipliers do not\n"
        "depend on them, LUT and FF a little.\n");
  }
}

}  // namespace

void add_estimate(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "estimate", "Cycles, multipliers and parts of the accelerator, without building it");
  auto options = std::make_shared<CommonOptions>();
  add_job_options(*verb, *options);
  verb->footer(
      "Cycles are exact, parts are estimates (`emamba synth` counts them). Folding is set by\n"
      "[hardware] in config.toml.\n\n"
      "Example: emamba estimate models/mars/config.toml --set hardware.cycles_per_token=16");
  verb->callback([options] {
    const Job job = job_of(*options);
    print_result(*options, estimate_stage(job),
                 [&](const json& result) { print_estimate(result, job.spec.hardware.clock_mhz); });
  });
}

}  // namespace emamba
