// SPDX-License-Identifier: Apache-2.0
// What the table [hardware] of a configuration says.
#pragma once

#include <array>
#include <string>

#include "base/keys.h"

namespace emamba {

// How range norm gets its reciprocal: from a table of 256 words, or by a serial division.
enum class Reciprocal { kTable, kDivider };

// How functions of numbers of at most 8 bits are computed: by a table of all their values, or line
// by line, as those of wider ones are. The numbers are the same.
enum class Functions { kTable, kLines };

// What lanes, folding targets and shared blocks are chosen for (target/explore.h), or that they are
// given.
enum class Goal { kNone, kThroughput, kLatency, kArea, kRate };

// The largest folding target.
inline constexpr int kMostTargetCycles = 1'000'000'000;

struct HardwareSpec {
  Goal goal = Goal::kNone;
  double frames_per_second = 0;  // of kRate
  int lanes = 4;                 // stream elements per cycle
  int cycles_per_token = 0;      // folding target; 0: the fewest multipliers
  int cycles_per_sequence = 0;   // the same of what runs once a sequence; 0: an eighth of it
  bool shared_blocks = false;    // one block's hardware runs all M blocks
  Reciprocal reciprocal = Reciprocal::kTable;
  Functions functions = Functions::kTable;
  bool merged_linears = false;    // those that read the same edge are one unit (hw/merge.h)
  bool paired_products = true;    // two that share an operand in one multiplier, if it can
  std::string device = "zcu102";  // a key of the table in src/target/device.cpp
  double clock_mhz = 200;         // assumed; turns cycles into time in reports
};

EMAMBA_NAMES(Goal, "none", "throughput", "latency", "area", "rate");
EMAMBA_NAMES(Reciprocal, "table", "divider");
EMAMBA_NAMES(Functions, "table", "lines");

template <class V>
void visit_keys(HardwareSpec& h, V&& v) {
  v("hardware.goal", h.goal,
    "choose lanes, folding, shared_blocks and merged_linears: most frames a second, least latency, "
    "least area, least area at frames_per_second; none: they are given");
  v("hardware.frames_per_second", h.frames_per_second, Range{0, 2e9},
    "at clock_mhz, that goal = rate asks for");
  v("hardware.lanes", h.lanes, Range{1, 256}, "stream elements a cycle");
  v("hardware.cycles_per_token", h.cycles_per_token, Range{0, kMostTargetCycles},
    "folding target; 0: fewest multipliers");
  v("hardware.cycles_per_sequence", h.cycles_per_sequence, Range{0, kMostTargetCycles},
    "folding target of what runs once a sequence; 0: an eighth of its tokens'");
  v("hardware.shared_blocks", h.shared_blocks, "one block's hardware runs all blocks");
  v("hardware.reciprocal", h.reciprocal, "of range norm: a table, or a serial division");
  v("hardware.functions", h.functions,
    "SiLU and exp of 8 bits: a table of all values, or lines and multipliers; the same numbers");
  v("hardware.merged_linears", h.merged_linears,
    "linears of the same input are one unit, if they can: fewer parts, more cycles");
  v("hardware.paired_products", h.paired_products,
    "two products of 8 bits that share an operand in one DSP48E2; elsewhere two multipliers");
  v("hardware.device", h.device, "the device that it is for, one of the table in docs/rtl.md");
  v("hardware.clock_mhz", h.clock_mhz, Range{1, 2000},
    "assumed clock, for times in reports; no tool here measures it");
}

}  // namespace emamba
