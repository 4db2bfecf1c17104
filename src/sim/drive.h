// SPDX-License-Identifier: Apache-2.0
// Streams vectors through a simulated design, with stalls, and hands back those that come by.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "hw/design.h"
#include "sim/simulator.h"

namespace emamba {

// What one input is given: vectors of port.width numbers, one after the other.
using Vectors = std::vector<std::vector<std::int32_t>>;

// When one end of a design pauses: an input offers no beat, an output takes none.
enum class Stall {
  kNone,
  kBursts,    // for random times of very different lengths; an output takes nothing at first, until
              // nothing has moved for the longest of them: so everything runs full and stands still
  kCoin,      // in every cycle by chance, which is drawn for each end
  kLastBeat,  // for a few cycles, in front of the last beat of every sequence and nowhere else
};

// Every input and the output is a random process of its own.
struct Stalls {
  Stall inputs = Stall::kNone, outputs = Stall::kNone;
  std::uint64_t seed = 1;
  // Cycles of the longest burst; 0: of the input of two frames. As long as a frame is in the
  // design, everything in it runs full, and stands still.
  std::int64_t longest = 0;
};

// A vector that passed a port: a probe's or an output's.
struct Passed {
  const Port& port;
  std::int64_t index;  // of the vector, counted from 0
  const std::vector<std::int32_t>& values;
  std::int64_t cycle;
};

struct DriveResult {
  std::int64_t first_input = -1;            // cycle in which the first beat was taken
  std::vector<std::int64_t> sequence_ends;  // cycles of the last output beats of the sequences
};

// Runs until the outputs have given `sequences` sequences. Every vector of the outputs and, with
// `probes`, of design.probes is handed to `passed`, which returns false to stop early. Throws Error
// when nothing moves for a long time, when `last` comes at a wrong place, or a rule of the streams
// is broken. `at_cycle`, if given, is called at the beginning of every cycle and returns false to
// stop in front of it.
DriveResult drive(Simulator& simulator, const Design& design, const std::vector<Vectors>& inputs,
                  std::int64_t sequences, const Stalls& stalls, bool probes,
                  const std::function<bool(const Passed&)>& passed,
                  const std::function<bool(std::int64_t cycle)>& at_cycle = {});

}  // namespace emamba
