// SPDX-License-Identifier: Apache-2.0
// Simulations, and what is wrong with one that fails.
#include "flow/verify.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/stopwatch.h"
#include "data/dataset.h"
#include "flow/data.h"
#include "hw/emit.h"
#include "sim/build.h"
#include "sim/verify.h"

namespace emamba {
namespace {

using nlohmann::json;

json planned_and_simulated(std::int64_t planned, std::int64_t simulated) {
  return {{"planned", planned}, {"simulated", simulated}};
}

}  // namespace

json to_json(const Mismatch& m) {
  return {{"unit", m.unit},         {"edge", m.edge},   {"traffic", m.pass},
          {"frame", m.frame},       {"token", m.token}, {"channel", m.channel},
          {"expected", m.expected}, {"got", m.got},     {"cycle", m.cycle}};
}

std::vector<Tensor<std::int32_t>> test_frames(const Job& job, const Program& program,
                                              std::size_t count) {
  const Split split = first_samples(job_split(job, "test"), count);
  std::vector<Tensor<std::int32_t>> frames;
  for (std::size_t i = 0; i < split.samples(); ++i) {
    frames.push_back(integer_tokens(program, split.inputs.row(i)));
  }
  return frames;
}

json verify_stage(const Job& job, const Plan& plan, const Program& program,
                  const std::string& folder, std::size_t frames, const std::string& wave) {
  std::error_code code;
  std::filesystem::remove(job.out + "/verify.json", code);  // an earlier success
  const SimulatorSources sources{.directory = folder, .files = design_files()};
  const Stopwatch building;
  std::string library;
  {
    const ProgressCallback progress = job.progress("verilator");
    if (progress) progress(0, 0, "building the simulator");
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
  const VerifyResult r = verify(library, folder, plan, Golden(program),
                                test_frames(job, program, frames), options, job.progress("verify"));
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
      {"run_seconds", running.seconds()},
      {"seconds", building.seconds()}};
  if (r.wrong_frame) result["first_wrong_frame"] = *r.wrong_frame;
  if (r.wrong_memory) result["wrong_memory"] = *r.wrong_memory;
  if (r.first) {
    result["first_mismatch"] = to_json(*r.first);
    if (file_exists(wave)) result["first_mismatch"]["wave"] = wave;
  }
  write_result(job, "verify.json", result);
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
            : "--wave FILE writes a waveform around it",
        ErrorKind::kMismatch);
  }
  for (const char* key : {"latency_cycles", "cycles_per_frame"}) {
    const json& cycles = result.at(key);
    if (cycles.at("planned") == cycles.at("simulated")) continue;
    throw Error(
        fmt::format("{}: {} planned, {} simulated", key, cycles.at("planned").get<std::int64_t>(),
                    cycles.at("simulated").get<std::int64_t>()),
        "this is a defect of the plan; please report it with the config", ErrorKind::kMismatch);
  }
  if (result.contains("first_wrong_frame")) {
    throw Error(fmt::format("frame {} does not end in the planned cycle",
                            result.at("first_wrong_frame").get<std::int64_t>()),
                "this is a defect of the plan; please report it with the config",
                ErrorKind::kMismatch);
  }
  if (result.contains("wrong_memory")) {
    throw Error(fmt::format("{}: not what the plan has in this memory, though no frame shows it",
                            result.at("wrong_memory").get<std::string>()),
                "emit the accelerator again", ErrorKind::kMismatch);
  }
}

}  // namespace emamba
