// SPDX-License-Identifier: Apache-2.0
// Helpers of the tests: builds a design's simulator in a folder of the test's own, and streams
// vectors through it under every kind of stall.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/testing.h"
#include "exec/golden.h"
#include "hw/emit.h"
#include "net/testing.h"
#include "sim/build.h"
#include "sim/drive.h"

namespace emamba {

struct StallKind {
  const char* name;
  Stall inputs, outputs;
};
inline constexpr StallKind kStallKinds[] = {
    {"no stall", Stall::kNone, Stall::kNone},
    {"idle input", Stall::kBursts, Stall::kNone},
    {"back-pressure", Stall::kNone, Stall::kBursts},
    {"both", Stall::kBursts, Stall::kBursts},
    {"both by chance in every cycle", Stall::kCoin, Stall::kCoin},
    {"input idle in front of its last beat", Stall::kLastBeat, Stall::kNone},
    {"ready falls on the last beat", Stall::kNone, Stall::kLastBeat},
    {"both on the last beat", Stall::kLastBeat, Stall::kLastBeat}};

// A program as hardware, simulated; with `tech`, of that folder's technology.
struct BuiltModel {
  TestFolder folder;
  Plan plan;
  std::string library;

  BuiltModel(const Program& program, const HardwareSpec& hardware, const std::string& tech = "",
             const BlockRule& rule = {})
      : plan(plan_program(program, hardware, rule)) {
    emit(plan, program, folder.path());
    library =
        build_simulator(plan.design, {.directory = folder.path(), .files = design_files(tech)}, 1);
  }
};

// The vectors of sequences, one after the other.
inline Vectors vectors_of(const std::vector<Tensor<std::int32_t>>& sequences) {
  Vectors vectors;
  for (const Tensor<std::int32_t>& sequence : sequences) {
    for (std::size_t t = 0; t < sequence.shape[0]; ++t) {
      vectors.emplace_back(sequence.row(t), sequence.row(t + 1));
    }
  }
  return vectors;
}

// Streams `inputs` through the design in `folder` under every kind of stall, each time from reset.
// The output must be `expected`; without stalls its sequences must end in the planned cycles.
inline void expect_streams(const std::string& library, const std::string& folder,
                           const Design& design, const CycleReport* cycles,
                           const std::vector<Vectors>& inputs, const Vectors& expected) {
  const auto sequences = static_cast<std::int64_t>(expected.size()) / design.outputs[0].vectors;
  for (const StallKind& kind : kStallKinds) {
    SCOPED_TRACE(kind.name);
    Simulator simulator(library, folder);
    std::size_t seen = 0;
    const DriveResult result =
        drive(simulator, design, inputs, sequences, {kind.inputs, kind.outputs, 7}, false,
              [&](const Passed& passed) {
                EXPECT_EQ(passed.values, expected[passed.index]) << "vector " << passed.index;
                ++seen;
                return !testing::Test::HasFailure();
              });
    if (testing::Test::HasFailure()) return;
    EXPECT_EQ(seen, expected.size());
    if (cycles == nullptr || &kind != kStallKinds) continue;
    EXPECT_EQ(result.sequence_ends[0] - result.first_input + 1, cycles->latency);
    const std::size_t n = std::min(result.sequence_ends.size(), cycles->frame_ends.size());
    EXPECT_TRUE(std::equal(result.sequence_ends.begin(),
                           result.sequence_ends.begin() + static_cast<std::ptrdiff_t>(n),
                           cycles->frame_ends.begin()))
        << testing::PrintToString(result.sequence_ends) << "\nplanned "
        << testing::PrintToString(cycles->frame_ends);
  }
}

// What golden has on an edge, vector by vector, over `sequences` random sequences.
struct EdgeRecord {
  std::vector<Vectors> edges;  // of each edge

  EdgeRecord(const Program& program, int sequences, Rng& rng) : edges(program.edges.size()) {
    const Golden golden(program);
    for (int s = 0; s < sequences; ++s) {
      const auto tokens = random_tokens(program, rng);
      const auto values = golden.trace(tokens);
      for (std::size_t e = 0; e < edges.size(); ++e) {
        const Vectors vectors = vectors_of({values[e]});
        edges[e].insert(edges[e].end(), vectors.begin(), vectors.end());
      }
    }
  }
};

// One operation of a program as hardware, against golden: two sequences in a row and more.
inline void expect_operation(const Program& program, std::size_t op, const HardwareSpec& hardware,
                             Fold fold, Rng& rng) {
  SCOPED_TRACE(fmt::format("{} {} of {}, lanes {}, fold {{{}, {}}}", kind_of(program.ops[op]),
                           name_of(program.ops[op]), program.name, hardware.lanes, fold.in,
                           fold.out));
  const TestFolder folder;
  const Plan plan = plan_operation(program, op, hardware, fold);
  emit(plan, program, folder.path());
  const std::string library =
      build_simulator(plan.design, {.directory = folder.path(), .files = design_files()}, 1);
  const EdgeRecord record(program, 6, rng);
  std::vector<Vectors> inputs;
  for (const Port& port : plan.design.inputs) inputs.push_back(record.edges[port.edges[0]]);
  expect_streams(library, folder.path(), plan.design, &plan.cycles, inputs, record.edges[op + 1]);
}

}  // namespace emamba
