// SPDX-License-Identifier: Apache-2.0
// `emamba verify`: the simulated accelerator against golden, every bit, and its plan, every cycle.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <limits>
#include <memory>

#include "base/error.h"
#include "base/files.h"
#include "cli/cli.h"
#include "flow/emit.h"
#include "flow/estimate.h"
#include "flow/files.h"
#include "flow/verify.h"

namespace emamba {
namespace {

using nlohmann::json;

void print_verified(const json& result) {
  const auto number = [&](const char* key) { return result.at(key).get<std::int64_t>(); };
  fmt::print(
      "{} values on {} edges over {} frames, without stalls and with random ones: {} differ\n",
      number("values_checked"), number("edges_checked"), number("frames"), number("mismatches"));
  for (const auto& [key, what] :
       {std::pair{"latency_cycles", "latency"}, {"cycles_per_frame", "cycles a frame"}}) {
    fmt::print("{:<15} {} planned, {} simulated\n", what,
               result.at(key).at("planned").get<std::int64_t>(),
               result.at(key).at("simulated").get<std::int64_t>());
  }
  fmt::print("{:.1f} s to build, {:.1f} s to run\n", result.at("build_seconds").get<double>(),
             result.at("run_seconds").get<double>());
}

// A waveform is written last: whether it can be is asked first.
void require_place_for(const std::string& wave) {
  if (wave.empty()) return;
  require_replaceable(wave);
  const std::filesystem::path folder = std::filesystem::absolute(wave).parent_path();
  if (std::filesystem::is_directory(folder)) return;
  throw Error(fmt::format("--wave {}: there is no folder {}", wave, folder.string()),
              "make it, or name another file");
}

}  // namespace

void add_verify(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "verify", "Simulate the accelerator: every bit against golden, every cycle against the plan");
  struct Options : CommonOptions {
    std::size_t frames = 64;
    std::string wave;
  };
  auto options = std::make_shared<Options>();
  add_job_options(*verb, *options);
  add_threads_option(*verb, *options, "all of the machine; for building the simulator");
  verb->add_option("--frames", options->frames, "Test frames to simulate; default: 64")
      ->check(CLI::Range(1, std::numeric_limits<int>::max()))
      ->type_name("N");
  verb->add_option("--wave", options->wave, "Write a waveform (VCD) around the first mismatch")
      ->type_name("FILE");
  verb->footer(
      "Frames of the test split stream through the Verilated model twice: without stalls, where\n"
      "every cycle must be the planned one, and with random stalls on both sides. Every edge is\n"
      "compared on the first 64 frames, the answer on all. Writes OUT/hardware and "
      "OUT/verify.json.\n\n"
      "Example: emamba verify models/mars/config.toml --frames 1000 --json");
  verb->callback([options] {
    const Job job = job_of(*options);
    require_place_for(options->wave);
    const FolderLock lock = prepare_out(job, {"verify.json"});
    const Program program = require_program(job).content;
    const Plan plan = job_plan(job, program);
    const std::string folder = emit_stage(job, plan, program);
    const json result = verify_stage(job, plan, program, folder, options->frames, options->wave);
    print_result(*options, result, print_verified);
    require_verified(result);
  });
}

}  // namespace emamba
