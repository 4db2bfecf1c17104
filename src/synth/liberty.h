// SPDX-License-Identifier: Apache-2.0
// A library of standard cells in the Liberty format, as far as a mapping to it needs one.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace emamba {

enum class CellKind { kGate, kFlipFlop, kLatch, kClockGate };

struct LibraryCell {
  double area = 0;  // in the library's own unit, square micrometres by custom
  CellKind kind = CellKind::kGate;
};

// A latch without set and reset, by its pins.
struct LatchCell {
  std::string cell, enable, data, output;
  bool active_high = true;  // open while its enable is high
};

// A clock gate that passes the clock behind a rising edge with `enable`.
struct ClockGateCell {
  std::string cell, clock, enable, output;
};

// Of several such cells the smallest.
struct CellLibrary {
  std::string name;
  std::map<std::string, LibraryCell> cells;
  std::optional<LatchCell> latch_high, latch_low;  // open while the enable is high, or low
  std::optional<ClockGateCell> clock_gate;
  std::string text;  // the library without what a mapping does not read
};

// Reads a .lib file, or a .lib.gz. Throws Error, naming `path`, when it is no Liberty, or has no
// flip-flop with an asynchronous reset, or no latch.
CellLibrary read_liberty(const std::string& path);

// The same of the bytes of such a file.
CellLibrary parse_liberty(const std::string& bytes, const std::string& path);

}  // namespace emamba
