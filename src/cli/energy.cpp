// SPDX-License-Identifier: Apache-2.0
// `emamba energy`: what energy a frame takes in a process.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/cli.h"
#include "flow/emit.h"
#include "flow/estimate.h"
#include "flow/files.h"
#include "flow/synth.h"
#include "flow/verify.h"
#include "report/text_table.h"

namespace emamba {
namespace {

using nlohmann::json;

void print_energy(const json& result) {
  const auto value = [](const json& of, const char* key) { return of.at(key).get<double>(); };
  TextTable table({"unit", "nJ a frame", "switching", "in cells", "of these clock", "leakage, mW"});
  const auto row = [&](const std::string& name, const json& of) {
    std::vector<std::string> cells = {name};
    for (const char* key : {"energy_nj_per_frame", "switching_nj", "internal_nj", "clock_nj"}) {
      cells.push_back(fmt::format("{:.2f}", value(of, key)));
    }
    cells.push_back(fmt::format("{:.4f}", value(of, "leakage_mw")));
    table.add(cells);
  };
  for (const json& unit : result.at("units")) row(unit.at("name"), unit);
  row("total", result);
  fmt::print("{}\n{} frames through the netlist: {} values, {} differ from golden's\n",
             table.text(), result.at("frames").get<std::int64_t>(),
             result.at("values_checked").get<std::int64_t>(),
             result.at("mismatches").get<std::int64_t>());
  fmt::print("{:.2f} nJ a frame, {:.3f} pJ a product; {:.3f} mW at {:g} MHz, {:.3f} mW idle\n",
             value(result, "energy_nj_per_frame"), value(result, "pj_per_mac"),
             value(result, "power_mw"), value(result, "clock_mhz"), value(result, "idle_power_mw"));
  for (const json& equivalent : result.at("equivalents")) {
    fmt::print("in {} nm: {:.2f} nJ a frame ({})\n", equivalent.at("node_nm").get<int>(),
               value(equivalent, "energy_nj_per_frame"),
               equivalent.at("source").get<std::string>());
  }
  fmt::print(
      "Wires: {:g} fF to a load. Without glitches; with a tree of buffers for the clock in each "
      "unit.\n",
      value(result, "wire_ff"));
}

}  // namespace

void add_energy(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "energy", "Run the netlist of a process with real frames, and say what energy they take");
  struct Options : CommonOptions, TargetOptions {
    int jobs = 0;
    std::size_t frames = 64;
    double wire_ff = 0;
  };
  auto options = std::make_shared<Options>();
  add_job_options(*verb, *options);
  add_target_options(*verb, *options)->required();
  add_jobs_option(*verb, options->jobs);
  verb->add_option("--frames", options->frames, "Test frames, side by side")
      ->check(CLI::Range(1, 64))
      ->capture_default_str()
      ->type_name("N");
  verb->add_option("--wire", options->wire_ff, "Capacitance of the wire to a load")
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str()
      ->type_name("FF");
  verb->footer(
      "Synthesises as `synth --target` does, runs the netlist of all units with every frame\n"
      "followed by others, compares the answers with golden's, and prices every change of every\n"
      "net by the library. Writes OUT/energy.json.\n"
      "\n"
      "Example: emamba energy models/mars/config.toml --target nangate45 --pdk pdk --frames 32");
  verb->callback([options] {
    const Job job = job_of(*options);
    const AsicTarget target = target_of(*options);
    const FolderLock lock = prepare_out(job, {"energy.json"});
    const Program program = require_program(job).content;
    const std::vector<Tensor<std::int32_t>> frames = test_frames(job, program, options->frames);
    const Plan plan = job_plan(job, program);
    const std::string folder = emit_stage(job, plan, program);
    const json result = energy_stage(job, plan, program, target, folder, frames, options->wire_ff,
                                     options->jobs > 0 ? options->jobs : job.threads);
    print_result(*options, result, print_energy);
    require_same_answers(result);
  });
}

}  // namespace emamba
