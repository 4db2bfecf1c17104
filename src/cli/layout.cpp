// SPDX-License-Identifier: Apache-2.0
// `emamba layout`: units of the accelerator placed and routed.
#include "flow/layout.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "base/error.h"
#include "cli/cli.h"
#include "flow/emit.h"
#include "flow/estimate.h"
#include "flow/files.h"
#include "flow/verify.h"
#include "report/text_table.h"

namespace emamba {
namespace {

using nlohmann::json;

void print_layout(const json& result) {
  TextTable table({"unit", "cells", "core, um", "filled", "wire, mm", "open", "shorted", "MHz",
                   "without wires", "twice the wires", "hold, ns", "nJ a frame", "of wires"});
  for (const json& unit : result.at("units")) {
    const auto text = [&](const char* key, const char* format) {
      return number(unit.at(key), format);
    };
    const json& core = unit.at("core_um");
    table.add({unit.at("unit"), text("cells", "{}"),
               fmt::format("{:.0f} x {:.0f}", core.at(0).get<double>(), core.at(1).get<double>()),
               fmt::format("{:.1f} %", 100 * unit.at("utilisation").get<double>()),
               text("wire_mm", "{:.1f}"), text("open_nets", "{}"), text("shorted_groups", "{}"),
               text("fmax_mhz", "{:.0f}"), text("fmax_mhz_without_wires", "{:.0f}"),
               text("fmax_mhz_twice_the_wires", "{:.0f}"), text("hold_slack_ns", "{:.2f}"),
               text("energy_nj_per_frame", "{:.2f}"), text("wires_nj", "{:.2f}")});
  }
  fmt::print("{}\n", table.text());
  for (const json& unit : result.at("left_out")) {
    fmt::print("left out: {}, {} cells\n", unit.at("unit").get<std::string>(),
               unit.at("cells").get<std::int64_t>());
  }
  fmt::print(
      "{} frames through the accelerator with these units in it: {} values, {} differ from "
      "golden's\nRouted blocks whose connections were read back from their shapes; no power grid, "
      "no foundry's checks.\n",
      result.at("frames").get<std::int64_t>(), result.at("values_checked").get<std::int64_t>(),
      result.at("mismatches").get<std::int64_t>());
  for (const json& unit : result.at("units")) fmt::print("{}\n", unit.at("gds").get<std::string>());
}

}  // namespace

void add_layout(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "layout", "Place and route units of the accelerator, and time them with their wires");
  struct Options : CommonOptions, TargetOptions {
    Options() { target = "ihp-sg13g2"; }
    int jobs = 0;
    std::size_t frames = 16;
    std::vector<std::string> units;
    bool all = false;
    LayoutOptions layout;
  };
  auto options = std::make_shared<Options>();
  add_job_options(*verb, *options);
  CLI::Option* target = add_target_options(*verb, *options)->capture_default_str();
  for (const char* name : {"--pdk", "--clock"}) verb->get_option(name)->remove_needs(target);
  add_jobs_option(*verb, options->jobs);
  CLI::Option* units =
      verb->add_option("--unit", options->units, "A unit of the plan; may be repeated")
          ->type_name("NAME")
          ->expected(1)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
          ->allow_extra_args(false);
  verb->add_flag("--all", options->all, "Every unit that is not too large")->excludes(units);
  verb->add_option("--most-cells", options->layout.most_cells, "More than that are too large")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str()
      ->type_name("N");
  verb->add_option("--utilisation", options->layout.utilisation,
                   "Share of the core that cells take at the first try; less until all is well")
      ->check(CLI::Range(0.3, 0.85))
      ->capture_default_str()
      ->type_name("SHARE");
  verb->add_option("--frames", options->frames, "Test frames to run the laid-out netlist with")
      ->check(CLI::Range(1, 64))
      ->capture_default_str()
      ->type_name("N");
  verb->footer(
      "Synthesises as `synth --target` does; places each unit, gives the clock and what has many\n"
      "loads trees of buffers, places again and routes; reads back from the shapes what is\n"
      "connected; and runs the accelerator with these units in it. Needs coriolis-eda and klayout\n"
      "from PyPI, which tools/setup-layout installs. Writes OUT/layout.json, and layout.gds and\n"
      "layout.png of each unit in OUT/hardware/layout/UNIT.\n"
      "\n"
      "Example: emamba layout models/mars-tiny/config.toml --pdk pdk --unit embed");
  verb->callback([options] {
    if (options->units.empty() && !options->all) {
      throw Error("no unit is named", "--unit NAME lays out one, --all every one");
    }
    const Job job = job_of(*options);
    const AsicTarget target = target_of(*options);
    const FolderLock lock = prepare_out(job, {"layout.json"});
    const Program program = require_program(job).content;
    const std::vector<Tensor<std::int32_t>> frames = test_frames(job, program, options->frames);
    const Plan plan = job_plan(job, program);
    const std::string folder = emit_stage(job, plan, program);
    const json result =
        layout_stage(job, plan, program, target, folder, options->units, options->layout, frames,
                     options->jobs > 0 ? options->jobs : job.threads);
    print_result(*options, result, print_layout);
    require_laid_out(result);
  });
}

}  // namespace emamba
