// SPDX-License-Identifier: Apache-2.0
// A library of standard cells in the Liberty format, as far as a mapping to it needs one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace emamba {

enum class CellKind { kGate, kFlipFlop, kLatch, kClockGate };

struct LibraryCell {
  double area = 0;  // in the library's own unit, square micrometres by custom
  CellKind kind = CellKind::kGate;
  std::map<std::string, double> inputs;  // pins, and their capacitances in the library's unit
  std::vector<std::string> outputs;
  std::string clock;  // the input pin that is one, or opens a latch; "" of a gate
};

// A latch without set and reset, by its pins.
struct LatchCell {
  std::string cell, enable, data, output;
  bool active_high = true;  // open while its enable is high
};

// A clock gate that passes the clock behind a rising edge with `enable`.
struct ClockGateCell {
  std::string cell, clock, enable, output;
  std::string test;  // a pin that does what `enable` does, and is tied low; "": none
};

struct BufferCell {
  std::string cell, input, output;
  double drives = 0;  // the most capacitance that it may drive
};

// A cell that is a constant.
struct TieCell {
  std::string cell, output;
};

// Of several latches, clock gates or tie cells the smallest.
struct CellLibrary {
  std::string name;
  std::map<std::string, LibraryCell> cells;
  std::optional<LatchCell> latch_high, latch_low;  // open while the enable is high, or low
  std::optional<ClockGateCell> clock_gate;
  std::optional<TieCell> tie_low, tie_high;
  std::vector<BufferCell> buffers;  // from the smallest
  std::string text;                 // gates and flip-flops, as a mapping reads them
  std::string wire_load;            // the model of wires that it is meant to be used with, by name
};

struct LibertyFile {
  std::string path, bytes;
};

// The texts of .lib and .lib.gz files. Throws Error as read_file() and unpack_gzip() do.
std::vector<LibertyFile> read_liberty_files(const std::vector<std::string>& paths);

// The text without the model of wires that a library is meant to be used with: what times a netlist
// would apply it unasked. The models themselves stay, but not their choice by area.
std::string without_wire_load(std::string liberty);

// Reads files that make up one library, without cells whose names match one of the patterns
// `avoid`, in which * is any characters. Throws Error naming the file that is no Liberty, has other
// units than the first or a cell of an earlier one, and when there is no flip-flop with an
// asynchronous reset, or no latch.
CellLibrary parse_liberty(const std::vector<LibertyFile>& files,
                          const std::vector<std::string>& avoid = {});

}  // namespace emamba
