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

struct HardwareSpec {
  int lanes = 4;               // stream elements per cycle
  int cycles_per_token = 0;    // folding target; 0: the fewest multipliers
  bool shared_blocks = false;  // one block's hardware runs all M blocks
  Reciprocal reciprocal = Reciprocal::kTable;
  Functions functions = Functions::kTable;
  std::string device = "zcu102";  // a key of the table in src/target/device.cpp
  double clock_mhz = 200;         // assumed; turns cycles into time in reports
};

EMAMBA_NAMES(Reciprocal, "table", "divider");
EMAMBA_NAMES(Functions, "table", "lines");

template <class V>
void visit_keys(HardwareSpec& h, V&& v) {
  v("hardware.lanes", h.lanes, Range{1, 256}, "stream elements a cycle");
  v("hardware.cycles_per_token", h.cycles_per_token, Range{0, 1e9},
    "folding target; 0: fewest multipliers");
  v("hardware.shared_blocks", h.shared_blocks, "one block's hardware runs all blocks");
  v("hardware.reciprocal", h.reciprocal, "of range norm: a table, or a serial division");
  v("hardware.functions", h.functions,
    "SiLU and exp of 8 bits: a table of all values, or lines and multipliers; the same numbers");
  v("hardware.device", h.device, "the device that it is for, one of the table in docs/rtl.md");
  v("hardware.clock_mhz", h.clock_mhz, Range{1, 2000},
    "assumed clock, for times in reports; no tool here measures it");
}

}  // namespace emamba
