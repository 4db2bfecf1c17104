// SPDX-License-Identifier: Apache-2.0
// `emamba emit`: writes the accelerator as SystemVerilog.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/cli.h"
#include "flow/emit.h"
#include "flow/estimate.h"
#include "flow/files.h"

namespace emamba {

void add_emit(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("emit", "Write the accelerator as SystemVerilog");
  auto options = std::make_shared<CommonOptions>();
  add_job_options(*verb, *options);
  verb->footer(
      "Writes OUT/hardware: top.sv, rtl/, mem/, files.f, files_xilinx.f, files_ice40.f,\n"
      "files_asic.f, top.json (the plan) and interface.md (streams and number formats).\n\n"
      "Example: emamba emit models/mars/config.toml --out out/mars");
  verb->callback([options] {
    const Job job = job_of(*options);
    const FolderLock lock = prepare_out(job, {});
    const Stored<Program> program = require_program(job);
    const Plan plan = job_plan(job, program.content);
    const std::string folder = emit_stage(job, plan, program.content);
    print_result(*options,
                 {{"folder", folder},
                  {"instances", plan.design.instances.size()},
                  {"latency_cycles", plan.cycles.latency},
                  {"cycles_per_frame", plan.cycles.per_frame}},
                 [&](const auto&) {
                   fmt::print("{}: {} instances of modules; latency {} cycles, a frame every {}\n",
                              folder, plan.design.instances.size(), plan.cycles.latency,
                              plan.cycles.per_frame);
                 });
  });
}

}  // namespace emamba
