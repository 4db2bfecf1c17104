// SPDX-License-Identifier: Apache-2.0
#include "synth/netlist.h"

#include <nlohmann/json.hpp>

#include "base/stopwatch.h"
#include "hw/emit.h"
#include "sim/build.h"
#include "synth/yosys.h"

namespace emamba {
namespace {

constexpr char kNetlist[] = "netlist/netlist.v";

// Flip-flops are $_DFF_P_, $_DFFE_PN0P_ and so on.
std::int64_t flip_flops(const CellCounts& cells) {
  std::int64_t count = 0;
  for (const auto& [type, number] : cells) {
    if (type.find("DFF") != std::string::npos) count += number;
  }
  return count;
}

}  // namespace

NetlistResult verify_netlist(const Plan& plan, const std::string& directory, const Golden& golden,
                             const std::vector<Tensor<std::int32_t>>& frames,
                             const NetlistOptions& options, const ProgressCallback& progress) {
  NetlistResult result;
  const auto saying = [&](const char* what) {
    return [&progress, what] {
      if (progress) progress(0, 0, what);
    };
  };
  YosysRun run;
  run.directory = directory;
  run.place = "netlist";
  run.netlist = kNetlist;
  run.sources = design_files();
  for (const Memory& memory : plan.design.memories) run.others.push_back(memory.file);
  run.commands = "synth -flatten -top top\n";
  result.tools = simulator_tools();
  const ToolVersion yosys = require_tool("yosys");
  result.tools["yosys"] = yosys.text;
  const YosysResult synthesis =
      run_yosys(run, yosys, options.synthesis_seconds, saying("synthesis to gates"));
  result.cells = synthesis.cells;
  result.synthesis_seconds = synthesis.seconds;

  const Stopwatch building;
  SimulatorSources sources;
  sources.directory = directory;
  sources.files = {kNetlist};
  sources.probes = false;
  sources.place = "netlist/sim";
  const std::string library =
      build_simulator(plan.design, sources, options.threads, saying("building the simulator"),
                      options.build_seconds);
  result.build_seconds = building.seconds();

  const Stopwatch running;
  VerifyOptions verifying;
  verifying.probes = false;
  result.verified = verify(library, directory, plan, golden, frames, verifying, progress);
  result.run_seconds = running.seconds();
  return result;
}

nlohmann::json to_json(const NetlistResult& result) {
  return {{"frames", result.verified.frames},
          {"values_checked", result.verified.values},
          {"mismatches", result.verified.mismatches},
          {"passed", result.verified.passed()},
          {"tools", result.tools},
          {"cells", count_of(result.cells)},
          {"flip_flops", flip_flops(result.cells)},
          {"synthesis_seconds", result.synthesis_seconds},
          {"build_seconds", result.build_seconds},
          {"run_seconds", result.run_seconds},
          {"seconds", result.synthesis_seconds + result.build_seconds + result.run_seconds}};
}

}  // namespace emamba
