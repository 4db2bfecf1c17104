// SPDX-License-Identifier: Apache-2.0
// The clock cycles of a design, exactly: a model of every handshake, without data, that mirrors the
// modules' control (rtl/lib/em_core.sv, em_fifo.sv, em_fork.sv, em_merge.sv, em_split.sv).
// Simulation of the RTL without stalls takes these cycles and no other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "hw/design.h"

namespace emamba {

// One vector's way through a core: the cycles of its first and last step.
struct Span {
  std::int64_t begin = 0, end = 0;
  bool operator==(const Span&) const = default;
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

// Runs the design with outputs always taken, and inputs always valid; with `period` > 0, frames are
// let in that many cycles apart or more, and their vectors evenly: at inputs and at the entrances
// of shared blocks, where every pass has its share of the period. Throws Error on a deadlock.
CycleReport run_timing(const Design& design, std::int64_t period = 0);

// The same, every cycle by itself: for tests of the leaps over cycles in which nothing moves.
CycleReport run_timing_plainly(const Design& design, std::int64_t period = 0);

// The first frame's latency if no buffer were ever full: a bound of that of any buffers.
std::int64_t least_latency(const Design& design);

// Cycles a frame of the busiest core: a bound of those of the design.
std::int64_t least_per_frame(const Design& design);

// Whether no frame of `report`, a run of a design with other buffers, ends later in this one. Takes
// the cycles that it looked at from `budget`, if one is given.
bool keeps_up(const Design& design, const CycleReport& report, std::int64_t* budget = nullptr);

// Whether the design runs on under any stalls. What it does is determinate: every core gives the
// same beats in the same order whenever its inputs come. So it can come to a stand under some
// stalls only if it does in a run in which its parts have no more room than they have under these,
// and a core's registers hold one beat at least. This runs the design with registers for one, until
// so many frames have left it.
bool never_stands_still(const Design& design, std::size_t frames);

// Frames that fill every buffer of a design that ran so: three, or more if it holds more than one
// at a time.
std::size_t frames_to_fill(const CycleReport& report);

}  // namespace emamba
