// SPDX-License-Identifier: Apache-2.0
// Holds the simulated accelerator against the golden engine, bit by bit, and against its plan,
// cycle by cycle.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "exec/golden.h"
#include "hw/plan.h"
#include "sim/drive.h"

namespace emamba {

// A number that is not what golden computes.
struct Mismatch {
  std::string unit, edge;
  std::string pass;  // the traffic: "no stalls" or "random stalls"
  std::int64_t frame = 0, token = 0, channel = 0;
  std::int64_t expected = 0, got = 0, cycle = 0;
};

struct VerifyResult {
  std::int64_t frames = 0, edges = 0, values = 0, mismatches = 0;
  std::int64_t planned_latency = 0, simulated_latency = 0;
  std::int64_t planned_per_frame = 0, simulated_per_frame = 0;
  std::optional<std::int64_t> wrong_frame;  // the first that did not end in the planned cycle
  std::optional<Mismatch> first;
  // A file that is not what the plan has in that memory, though no frame shows it.
  std::optional<std::string> wrong_memory;

  bool cycles_exact() const {
    return !wrong_frame && planned_latency == simulated_latency &&
           planned_per_frame == simulated_per_frame;
  }
  bool passed() const { return mismatches == 0 && cycles_exact() && !wrong_memory; }
};

struct VerifyOptions {
  std::int64_t edge_frames = 64;  // of which every edge is compared; of the others the answer
  bool probes = true;             // false: the answer only, e.g. of a netlist
  std::uint64_t seed = 1;
  // A file for a waveform around the first mismatch, and what builds the library that can write it.
  std::string wave;
  std::function<std::string()> traced_library;
};

// Streams the frames (L, token_width) through the model in `library`, once without stalls and once
// with random stalls on both sides. Stops a pass at its first mismatch. Holds the memories' files
// in `directory` against the plan, word by word: frames need not come to all of them.
VerifyResult verify(const std::string& library, const std::string& directory, const Plan& plan,
                    const Golden& golden, const std::vector<Tensor<std::int32_t>>& frames,
                    const VerifyOptions& options, const ProgressCallback& progress = {});

}  // namespace emamba
