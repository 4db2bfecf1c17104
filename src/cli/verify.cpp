// SPDX-License-Identifier: Apache-2.0
// `emamba verify`: the simulated accelerator against golden, every bit, and its plan, every cycle.
#include "sim/verify.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <limits>
#include <memory>

#include "base/error.h"
#include "base/files.h"
#include "cli/stages.h"
#include "data/dataset.h"
#include "hw/emit.h"
#include "sim/build.h"

namespace emamba {
namespace {

using nlohmann::json;

json planned_and_simulated(std::int64_t planned, std::int64_t simulated) {
  return {{"planned", planned}, {"simulated", simulated}};
}

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

}  // namespace

std::vector<Tensor<std::int32_t>> test_frames(const Job& job, const Program& program,
                                              std::size_t count) {
  const Split split = first_samples(load_split(job.spec, job.data, "test"), count);
  std::vector<Tensor<std::int32_t>> frames;
  for (std::size_t i = 0; i < split.samples(); ++i) {
    frames.push_back(quantise_tokens(
        program, tokens_of(program.spec, program.normalisation, split.inputs.row(i))));
  }
  return frames;
}

json verify_stage(const Job& job, const Plan& plan, const Program& program,
                  const std::string& folder, std::size_t frames, const std::string& wave) {
  const SimulatorSources sources{.directory = folder, .files = design_files()};
  const Stopwatch building;
  std::string library;
  {
    ProgressLine line("verilator");
    line.update(0, 0, "building the simulator");
    library = build_simulator(plan.design, sources, job.threads);
  }
  const double build_seconds = building.seconds();

  VerifyOptions options;
  options.wave = wave;
  options.traced_library = [&] {
    SimulatorSources traced = sources;
    traced.trace = true;
    traced.place = "sim_wave";
    return build_simulator(plan.design, traced, job.threads);
  };
  const Stopwatch running;
  ProgressLine line("verify");
  const VerifyResult r = verify(library, folder, plan, Golden(program),
                                test_frames(job, program, frames), options, line.callback());
  json result = {
      {"frames", r.frames},
      {"edges_checked", r.edges},
      {"values_checked", r.values},
      {"mismatches", r.mismatches},
      {"latency_cycles", planned_and_simulated(r.planned_latency, r.simulated_latency)},
      {"cycles_per_frame", planned_and_simulated(r.planned_per_frame, r.simulated_per_frame)},
      {"edge_frames", std::min(r.frames, options.edge_frames)},
      {"hardware", folder},
      {"build_seconds", build_seconds},
      {"run_seconds", running.seconds()}};
  if (r.wrong_frame) result["first_wrong_frame"] = *r.wrong_frame;
  if (r.first) {
    const Mismatch& m = *r.first;
    result["first_mismatch"] = {
        {"unit", m.unit},         {"edge", m.edge},   {"traffic", m.pass},
        {"frame", m.frame},       {"token", m.token}, {"channel", m.channel},
        {"expected", m.expected}, {"got", m.got},     {"cycle", m.cycle}};
    if (file_exists(wave)) result["first_mismatch"]["wave"] = wave;
  }
  return result;
}

void require_verified(const json& result) {
  if (result.contains("first_mismatch")) {
    const json& m = result.at("first_mismatch");
    const auto number = [&](const char* key) { return m.at(key).get<std::int64_t>(); };
    throw Error(
        fmt::format(
            "unit {}, edge {}, frame {}, token {}, channel {}: expected {}, got {} in cycle "
            "{} ({})",
            m.at("unit").get<std::string>(), m.at("edge").get<std::string>(), number("frame"),
            number("token"), number("channel"), number("expected"), number("got"), number("cycle"),
            m.at("traffic").get<std::string>()),
        m.contains("wave")
            ? fmt::format("the waveform around it is in {}", m.at("wave").get<std::string>())
            : "--wave FILE writes a waveform around it");
  }
  for (const char* key : {"latency_cycles", "cycles_per_frame"}) {
    const json& cycles = result.at(key);
    if (cycles.at("planned") == cycles.at("simulated")) continue;
    throw Error(
        fmt::format("{}: {} planned, {} simulated", key, cycles.at("planned").get<std::int64_t>(),
                    cycles.at("simulated").get<std::int64_t>()),
        "this is a defect of the plan; please report it with the config");
  }
  if (result.contains("first_wrong_frame")) {
    throw Error(fmt::format("frame {} does not end in the planned cycle",
                            result.at("first_wrong_frame").get<std::int64_t>()),
                "this is a defect of the plan; please report it with the config");
  }
}

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
    const Job job = open_job(*options);
    prepare_out(job);
    const Stored<Program> program = require_program(job);
    const Plan plan = job_plan(job, program.content);
    // A failure must not leave an earlier success behind.
    std::error_code code;
    std::filesystem::remove(job.out + "/verify.json", code);
    const std::string folder = emit_stage(job, plan, program.content);
    const json result =
        verify_stage(job, plan, program.content, folder, options->frames, options->wave);
    write_result(job, "verify.json", result);
    if (options->json) {
      fmt::print("{}\n", result.dump(2));
    } else {
      print_verified(result);
    }
    require_verified(result);
  });
}

}  // namespace emamba
