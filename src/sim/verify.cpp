// SPDX-License-Identifier: Apache-2.0
#include "sim/verify.h"

#include <algorithm>

#include "base/error.h"
#include "base/rng.h"
#include "sim/memories.h"

namespace emamba {
namespace {

// Cycles: longer than any unit works on a vector without a beat, and than most designs need to run
// full; the largest would stand still for minutes otherwise.
constexpr std::int64_t kLongestStall = 1 << 17;
constexpr std::int64_t kWaveBefore = 400, kWaveAfter = 40;  // cycles around a mismatch

// What golden computes on every edge (rows, width) for the first frames, and the answers of all.
struct Expected {
  std::vector<std::vector<Tensor<std::int32_t>>> edges;  // of the first `edge_frames`
  std::vector<std::vector<std::int32_t>> answers;
};

Expected expect(const Golden& golden, const std::vector<Tensor<std::int32_t>>& frames,
                std::int64_t edge_frames) {
  Expected expected;
  for (const Tensor<std::int32_t>& frame : frames) {
    if (static_cast<std::int64_t>(expected.edges.size()) < edge_frames) {
      expected.edges.push_back(golden.trace(frame));
      expected.answers.push_back(expected.edges.back().back().data);
    } else {
      expected.answers.push_back(golden.run(frame));
    }
  }
  return expected;
}

}  // namespace

VerifyResult verify(const std::string& library, const std::string& directory, const Plan& plan,
                    const Golden& golden, const std::vector<Tensor<std::int32_t>>& frames,
                    const VerifyOptions& options, const ProgressCallback& progress) {
  const Design& design = plan.design;
  const Program& program = golden.program();
  const int L = program.input.vectors();
  const auto count = static_cast<std::int64_t>(frames.size());
  const Expected expected = expect(golden, frames, options.probes ? options.edge_frames : 0);
  const auto last_edge = static_cast<EdgeIndex>(program.edges.size() - 1);

  VerifyResult result;
  result.frames = count;
  for (const Port& port : design.probes)
    result.edges += static_cast<std::int64_t>(port.edges.size());
  if (!options.probes) result.edges = 1;
  // Enough frames to reach the planned steady state; beyond the given ones they come again.
  const auto planned_frames = static_cast<std::int64_t>(plan.cycles.frame_ends.size());
  const std::int64_t first_pass = std::max(count, planned_frames);

  const auto traffic = [&](std::int64_t n) {
    std::vector<Vectors> inputs(1);
    for (std::int64_t f = 0; f < n; ++f) {
      const Tensor<std::int32_t>& frame = frames[f % count];
      for (int t = 0; t < L; ++t) {
        inputs[0].emplace_back(frame.row(t), frame.row(t) + frame.shape[1]);
      }
    }
    return inputs;
  };

  // Before the last pass, resets cut frames short, which must leave nothing behind.
  const auto cut_short = [&](Simulator& simulator) {
    Rng rng{options.seed};
    const Stalls coin{Stall::kCoin, Stall::kCoin, rng.next()};
    const std::vector<Vectors> inputs = traffic(4);
    for (int i = 0; i < 3; ++i) {
      const auto end = static_cast<std::int64_t>(1 + rng.below(2 * plan.cycles.latency));
      drive(
          simulator, design, inputs, 4, coin, false, [](const Passed&) { return true; },
          [&](std::int64_t cycle) { return cycle < end; });
      simulator.reset();
    }
  };

  // One pass; a mismatch ends it.
  const auto run = [&](const char* pass, std::int64_t n, const Stalls& stalls) {
    Simulator simulator(library, directory);
    if (options.probes) check_memories(simulator, design);
    if (stalls.inputs != Stall::kNone) cut_short(simulator);
    const auto compare = [&](const Passed& vector) {
      const Port& port = vector.port;
      const auto passes = static_cast<std::int64_t>(port.edges.size());
      const std::int64_t sequence = vector.index / port.vectors,
                         token = vector.index % port.vectors;
      const std::int64_t frame = sequence / passes;
      const EdgeIndex edge = port.edges[sequence % passes];
      const std::int32_t* want = nullptr;
      const std::int64_t f = frame % count;
      if (edge == last_edge) {
        want = expected.answers[f].data();
        if (&port == &design.outputs[0] && progress) {
          progress(static_cast<std::size_t>(frame + 1), static_cast<std::size_t>(n), pass);
        }
      } else if (frame < static_cast<std::int64_t>(expected.edges.size())) {
        want = expected.edges[f][edge].data.data() + token * port.width;
      }
      if (want == nullptr) return true;
      for (int c = 0; c < port.width; ++c) {
        ++result.values;
        if (vector.values[c] == want[c]) continue;
        ++result.mismatches;
        if (!result.first) {
          result.first = Mismatch{port.name, edge_name(program, edge), pass,        frame, token, c,
                                  want[c],   vector.values[c],         vector.cycle};
        }
      }
      return result.mismatches == 0;
    };
    return drive(simulator, design, traffic(n), n, stalls, options.probes, compare);
  };

  Stalls stalls;
  std::int64_t streamed = first_pass;  // frames of the last pass
  const DriveResult plain = run("no stalls", first_pass, stalls);
  if (result.mismatches == 0) {
    const std::vector<std::int64_t>& planned = plan.cycles.frame_ends;
    result.planned_latency = plan.cycles.latency;
    result.planned_per_frame = plan.cycles.per_frame;
    const std::vector<std::int64_t>& ends = plain.sequence_ends;
    result.simulated_latency = ends[0] - plain.first_input + 1;
    result.simulated_per_frame = ends[ends.size() - 1] - ends[ends.size() - 2];
    for (std::size_t i = 0; i < planned.size() && !result.wrong_frame; ++i) {
      if (planned[i] != ends[i]) result.wrong_frame = static_cast<std::int64_t>(i);
    }
  }
  if (result.mismatches == 0) {
    stalls = {Stall::kBursts, Stall::kBursts, options.seed,
              std::min(2 * plan.cycles.latency, kLongestStall)};
    streamed = count;
    run("random stalls", count, stalls);
  }
  if (result.first && !options.wave.empty()) {
    // The same traffic again, on a model that writes waves.
    Simulator simulator(options.traced_library(), directory);
    if (stalls.inputs != Stall::kNone) cut_short(simulator);
    const std::int64_t from = result.first->cycle - kWaveBefore;
    const std::int64_t until = result.first->cycle + kWaveAfter;
    bool writing = false;
    drive(simulator, design, traffic(streamed), streamed, stalls, options.probes,
          [&](const Passed& vector) {
            if (!writing && vector.cycle >= from) simulator.begin_wave(options.wave);
            writing = writing || vector.cycle >= from;
            return vector.cycle < until;
          });
    simulator.end_wave();
  }
  return result;
}

}  // namespace emamba
