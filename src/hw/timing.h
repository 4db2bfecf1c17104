// SPDX-License-Identifier: Apache-2.0
// The clock cycles of a design, exactly: a model of every handshake, without data, that mirrors the
// modules' control (rtl/lib/em_core.sv, em_fifo.sv, em_fork.sv, em_merge.sv, em_split.sv).
// Simulation of the RTL without stalls takes these cycles and no other.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/design.h"

namespace emamba {

// One vector's way through a core: the cycles of its first and last step.
struct Span {
  std::int64_t begin = 0, end = 0;
};

struct CycleReport {
  // From the first input beat taken to the last output beat of the first frame, both counted.
  std::int64_t latency = 0;
  // Between the last output beats of two frames, once that has settled.
  std::int64_t per_frame = 0;
  std::vector<std::int64_t> frame_ends;  // cycle of each frame's last output beat; 0: out of reset
  std::vector<std::int64_t> occupancy;   // room that each instance that is a Fifo used; else 0
  std::vector<std::vector<Span>> spans;  // of each instance with Steps: the first frame's vectors
};

// Runs the design with outputs always taken, and inputs always valid; with `pace` > 0, vectors
// start at an input that many cycles apart or more. Throws Error on a deadlock.
CycleReport run_timing(const Design& design, std::int64_t pace = 0);

}  // namespace emamba
