// SPDX-License-Identifier: Apache-2.0
// `emamba synth`: what the accelerator takes of an FPGA, by synthesis, beside the plan's estimate;
// or of a process.
#include <CLI/CLI.hpp>
#include <limits>
#include <memory>

#include "cli/cli.h"
#include "flow/emit.h"
#include "flow/estimate.h"
#include "flow/files.h"
#include "flow/synth.h"
#include "flow/verify.h"
#include "report/text_table.h"
#include "report/use.h"
#include "target/asic.h"

namespace emamba {
namespace {

using nlohmann::json;

// Estimate and synthesis of every kind that the device can run out of.
void print_parts(const json& result) {
  const json& kinds = result.at("device").at("resources");
  std::vector<std::string> titles = {"unit"};
  for (const json& kind : kinds) {
    const std::string name = kind.at("name");
    titles.insert(titles.end(), {name + " est.", name});
  }
  const json* slowest = nullptr;  // the unit with the slowest path
  for (const json& unit : result.at("units")) {
    if (!unit.contains("path")) continue;
    if (slowest == nullptr || unit["path"]["ns"] > (*slowest)["path"]["ns"]) slowest = &unit;
  }
  if (slowest != nullptr) titles.emplace_back("path, ns");
  titles.emplace_back("seconds");
  TextTable table(titles);
  const auto row = [&](const std::string& name, const json& parts, double seconds) {
    std::vector<std::string> cells = {name};
    for (const json& kind : kinds) {
      const std::string key = kind.at("key");
      cells.push_back(count_text(parts.at("estimate").at(key)));
      cells.push_back(count_text(parts.at(key)));
    }
    if (slowest != nullptr) {
      const json& path = parts.contains("path") ? parts.at("path").at("ns") : json();
      cells.push_back(number(path, "{:.2f}"));
    }
    cells.push_back(fmt::format("{:.1f}", seconds));
    table.add(cells);
  };
  double seconds = 0;
  for (const json& unit : result.at("units")) {
    row(unit.at("name"), unit, unit.at("seconds"));
    seconds += unit.at("seconds").get<double>();
  }
  row("total", result, seconds);
  std::string details;
  for (const json& kind : result.at("details")) {
    details += fmt::format("{}{} {}", details.empty() ? "" : ", ",
                           count_text(result.at(kind.at("key").get<std::string>())),
                           kind.at("name").get<std::string>());
  }
  fmt::print(
      "{}\n{}\n{}\nalso {}\nUpper bounds: additions behind a DSP block are not packed into it.\n",
      table.text(), result.at("tools").at("yosys").get<std::string>(),
      use_text(result.at("device")), details);
  if (slowest == nullptr) return;
  const json& path = slowest->at("path");
  fmt::print(
      "The slowest path by a model of delays, which is no clock: {:.2f} ns, {}, {} look-up tables "
      "and {} carry\nchains, from {} to {}.\n",
      path.at("ns").get<double>(), slowest->at("name").get<std::string>(),
      path.at("luts").get<int>(), path.at("carry_chains").get<int>(),
      path.at("from").get<std::string>(), path.at("to").get<std::string>());
}

void print_asic(const json& result) {
  TextTable table({"unit", "area, um2", "cells", "flip-flops", "latches", "clock gates", "MHz",
                   "mapped for", "seconds"});
  const auto row = [&](const std::string& name, const json& counts, const std::string& recipe,
                       double seconds) {
    std::vector<std::string> cells = {name,
                                      fmt::format("{:.0f}", counts.at("area_um2").get<double>())};
    for (const char* key : {"cells", "flip_flops", "latches", "clock_gates"}) {
      cells.push_back(count_text(counts.at(key)));
    }
    cells.push_back(number(counts.at("fmax_mhz"), "{:.0f}"));
    cells.push_back(recipe);
    cells.push_back(fmt::format("{:.1f}", seconds));
    table.add(cells);
  };
  double seconds = 0;
  for (const json& unit : result.at("units")) {
    row(unit.at("name"), unit, unit.at("for_speed").get<bool>() ? "speed" : "area",
        unit.at("seconds"));
    seconds += unit.at("seconds").get<double>();
  }
  row("total", result, "", seconds);
  std::string tools;
  for (const auto& [name, version] : result.at("tools").items()) {
    tools += fmt::format("{}{} {}", tools.empty() ? "" : ", ", name, version.get<std::string>());
  }
  fmt::print("{}\n{}; {}, without wires and placement\n", table.text(), tools,
             result.at("target").at("name").get<std::string>());
  for (const json& corner : result.at("corners")) {
    const json& path = corner.at("limiting_path");
    if (path.is_null()) continue;
    fmt::print("{}: {:.0f} MHz without wires; {} cells from {} to {}\n",
               corner.at("name").get<std::string>(), corner.at("fmax_mhz").get<double>(),
               path.at("cells").get<int>(), path.at("from").get<std::string>(),
               path.at("to").get<std::string>());
  }
  if (const json& wires = result.at("wire_load"); !wires.is_null()) {
    fmt::print("{}: {:.0f} MHz with the library's wire-load model {}\n",
               result.at("corners").at(0).at("name").get<std::string>(),
               wires.at("fmax_mhz").get<double>(), wires.at("model").get<std::string>());
  }
  for (const json& equivalent : result.at("equivalents")) {
    fmt::print("in {} nm: {:.4f} mm2 ({})\n", equivalent.at("node_nm").get<int>(),
               equivalent.at("area_mm2").get<double>(), equivalent.at("source").get<std::string>());
  }
}

void print_netlist(const json& netlist) {
  const auto count = [&](const char* key) { return netlist.at(key).get<std::int64_t>(); };
  const auto seconds = [&](const char* key) { return netlist.at(key).get<double>(); };
  fmt::print(
      "\nnetlist of {} gates and flip-flops: {} values over {} frames, without stalls and with "
      "random\nones: {} differ; {:.1f} s to synthesise, {:.1f} s to build, {:.1f} s to run\n",
      count("cells"), count("values_checked"), count("frames"), count("mismatches"),
      seconds("synthesis_seconds"), seconds("build_seconds"), seconds("run_seconds"));
}

}  // namespace

void add_synth(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "synth", "Synthesise the accelerator with Yosys and count the parts it takes");
  struct Options : CommonOptions, TargetOptions {
    int jobs = 0;
    std::size_t netlist = 0;
  };
  auto options = std::make_shared<Options>();
  add_job_options(*verb, *options);
  add_jobs_option(*verb, options->jobs);
  verb->add_option("--netlist", options->netlist,
                   "Also make a netlist of gates and hold it against golden on N test frames")
      ->check(CLI::Range(1, std::numeric_limits<int>::max()))
      ->type_name("N");
  add_target_options(*verb, *options)->excludes("--netlist");
  verb->footer(
      "For hardware.device, or for --target. Every unit is synthesised by itself; what is between "
      "units is only\n"
      "wires. Units that have not changed since the last time are not run again. Writes\n"
      "OUT/hardware and OUT/synth.json, with --target OUT/asic.json.\n"
      "\n"
      "Example: emamba synth models/mars/config.toml --jobs 2 --set hardware.device=lfe5u-85f");
  verb->callback([options] {
    const Job job = job_of(*options);
    const bool for_asic = !options->target.empty();
    // Before anything else, so that missing files do not come as a surprise.
    AsicTarget target;
    if (for_asic) target = target_of(*options);
    const FolderLock lock = prepare_out(job, {for_asic ? "asic.json" : "synth.json"});
    const Program program = require_program(job).content;
    std::vector<Tensor<std::int32_t>> frames;
    if (options->netlist > 0) frames = test_frames(job, program, options->netlist);
    const Plan plan = job_plan(job, program);
    const std::string folder = emit_stage(job, plan, program);
    const int jobs = options->jobs > 0 ? options->jobs : job.threads;
    if (for_asic) {
      return print_result(*options, asic_stage(job, plan, target, folder, jobs), print_asic);
    }
    const json parts = synth_stage(job, plan, folder, jobs);
    if (frames.empty()) return print_result(*options, parts, print_parts);
    if (!options->json) print_parts(parts);
    const json result = netlist_stage(job, plan, program, folder, frames, parts);
    print_result(*options, result, [](const json& all) { print_netlist(all.at("netlist")); });
    require_netlist_verified(result);
  });
}

}  // namespace emamba
