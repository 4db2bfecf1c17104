// SPDX-License-Identifier: Apache-2.0
// `emamba emit`: writes the accelerator as SystemVerilog.
#include "hw/emit.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <memory>

#include "base/files.h"
#include "cli/stages.h"

namespace emamba {

std::string design_hash(const Plan& plan) {
  std::string all = top_module(plan.design);
  for (const char* tech : {"", "xilinx"}) {
    for (const std::string& source : rtl_sources(tech)) {
      all += sha256_file(rtl_folder() + "/" + source);
    }
  }
  for (const Memory& memory : plan.design.memories) {
    for (const std::string& word : memory.words) all += word;
  }
  return sha256(all);
}

std::string emit_stage(const Job& job, const Plan& plan, const Program& program) {
  const std::string folder = job.out + "/" + kHardwareFolder;
  emit(plan, program, folder);
  return folder;
}

void add_emit(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("emit", "Write the accelerator as SystemVerilog");
  auto options = std::make_shared<CommonOptions>();
  add_job_options(*verb, *options);
  verb->footer(
      "Writes OUT/hardware: top.sv, rtl/, mem/, files.f, files_xilinx.f, top.json (the plan) and\n"
      "interface.md (streams and number formats).\n\n"
      "Example: emamba emit models/mars/config.toml --out out/mars");
  verb->callback([options] {
    const Job job = open_job(*options);
    prepare_out(job);
    const Stored<Program> program = require_program(job);
    const Plan plan = job_plan(job, program.content);
    const std::string folder = emit_stage(job, plan, program.content);
    const nlohmann::json result = {{"folder", folder},
                                   {"instances", plan.design.instances.size()},
                                   {"latency_cycles", plan.cycles.latency},
                                   {"cycles_per_frame", plan.cycles.per_frame}};
    if (options->json) return fmt::print("{}\n", result.dump(2));
    fmt::print("{}: {} instances of modules; latency {} cycles, a frame every {}\n", folder,
               plan.design.instances.size(), plan.cycles.latency, plan.cycles.per_frame);
  });
}

}  // namespace emamba
