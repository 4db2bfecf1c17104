// SPDX-License-Identifier: Apache-2.0
// `emamba synth`: what the accelerator takes of an FPGA, by synthesis, beside the plan's estimate.
#include <CLI/CLI.hpp>
#include <limits>
#include <memory>

#include "base/error.h"
#include "cli/stages.h"
#include "cli/table.h"
#include "cli/use.h"
#include "synth/fpga.h"
#include "synth/netlist.h"
#include "target/estimate.h"
#include "target/ultrascale.h"

namespace emamba {
namespace {

using nlohmann::json;

void print_parts(const FpgaResult& result, const json& device) {
  Table table({"unit", "LUT est.", "LUT", "FF est.", "FF", "DSP est.", "DSP", "BRAM36 est.",
               "BRAM36", "seconds"});
  const auto row = [&](const std::string& name, const Resources& r, const Resources& p,
                       const std::string& seconds) {
    std::vector<std::string> cells = {name};
    for (const auto count : {&Resources::lut, &Resources::ff, &Resources::dsp}) {
      for (const Resources& each : {r, p}) cells.push_back(fmt::format("{}", each.*count));
    }
    for (const Resources& each : {r, p}) cells.push_back(fmt::format("{:.1f}", each.block / 2.0));
    cells.push_back(seconds);
    table.add(cells);
  };
  double seconds = 0;
  for (const UnitParts& unit : result.units) {
    row(unit.name, unit.estimate, unit.parts, fmt::format("{:.1f}", unit.seconds));
    seconds += unit.seconds;
  }
  row("total", result.estimate(), result.total(), fmt::format("{:.1f}", seconds));
  table.print();
  fmt::print(
      "\n{}\n{}; {} of the LUT are memory\n"
      "Upper bounds for LUT and FF: additions behind a DSP48E2 are not packed into it.\n",
      result.yosys, use_text(device), result.total().lut_memory);
}

void print_netlist(const NetlistResult& result) {
  const VerifyResult& v = result.verified;
  fmt::print(
      "\nnetlist of {} gates and flip-flops: {} values over {} frames, without stalls and with "
      "random\nones: {} differ; {:.1f} s to synthesise, {:.1f} s to build, {:.1f} s to run\n",
      count_of(result.cells), v.values, v.frames, v.mismatches, result.synthesis_seconds,
      result.build_seconds, result.run_seconds);
}

void require_equal(const VerifyResult& verified) {
  if (verified.passed()) return;
  const std::string hint = "`emamba verify` says whether the RTL is right already";
  if (!verified.first) throw Error("the netlist does not keep the planned cycles", hint);
  const Mismatch& m = *verified.first;
  throw Error(fmt::format("the netlist's {}, frame {}, channel {}: expected {}, got {} ({})",
                          m.edge, m.frame, m.channel, m.expected, m.got, m.pass),
              hint);
}

}  // namespace

void add_synth(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "synth", "Synthesise the accelerator with Yosys and count the parts it takes");
  struct Options : CommonOptions {
    std::string target = "xcup";
    int jobs = 0;
    std::size_t netlist = 0;
  };
  auto options = std::make_shared<Options>();
  add_job_options(*verb, *options);
  verb->add_option("--target", options->target, "Device family; default: xcup, UltraScale+")
      ->check(CLI::IsMember({"xcup"}))
      ->type_name("xcup");
  verb->add_option("--jobs", options->jobs, "Units synthesised at a time; default: all processors")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  verb->add_option("--netlist", options->netlist,
                   "Also make a netlist of gates and hold it against golden on N test frames")
      ->check(CLI::Range(1, std::numeric_limits<int>::max()))
      ->type_name("N");
  verb->footer(
      "Every unit is synthesised by itself; what is between units is only wires. Units that have\n"
      "not changed since the last time are not run again. Writes OUT/hardware and OUT/synth.json.\n"
      "\n"
      "Example: emamba synth models/mars/config.toml --target xcup --jobs 2");
  verb->callback([options] {
    const Job job = open_job(*options);
    const Device& device = device_of(job);
    if (device.family != &ultrascale_plus()) {
      throw Error(fmt::format("synth is for {}, hardware.device is a {} ({})",
                              ultrascale_plus().name, device.name, device.family->name),
                  "add --set hardware.device=zcu102");
    }
    prepare_out(job);
    const Stored<Program> program = require_program(job);
    // Before the synthesis, so that missing data do not come as a surprise after it.
    std::vector<Tensor<std::int32_t>> frames;
    if (options->netlist > 0) frames = test_frames(job, program.content, options->netlist);
    const Plan plan = job_plan(job, program.content);
    const std::string folder = emit_stage(job, plan, program.content);

    FpgaResult fpga;
    {
      ProgressLine line("synth");
      const int jobs = options->jobs > 0 ? options->jobs : job.threads;
      fpga = synthesise_fpga(plan, folder, {.jobs = jobs}, line.callback());
    }
    json result = to_json(fpga);
    result["target"] = options->target;
    result["device"] = use_json(device, fpga.total());
    result["design"] = design_hash(plan);
    if (!options->json) print_parts(fpga, result["device"]);
    if (frames.empty()) {
      write_result(job, "synth.json", result);
      if (options->json) fmt::print("{}\n", result.dump(2));
      return;
    }

    NetlistResult netlist;
    {
      ProgressLine line("netlist");
      netlist = verify_netlist(plan, folder, Golden(program.content), frames,
                               {.threads = job.threads}, line.callback());
    }
    result["netlist"] = to_json(netlist);
    write_result(job, "synth.json", result);
    if (options->json) {
      fmt::print("{}\n", result.dump(2));
    } else {
      print_netlist(netlist);
    }
    require_equal(netlist.verified);
  });
}

}  // namespace emamba
