// SPDX-License-Identifier: Apache-2.0
// A netlist of a library's cells, simulated cycle by cycle with 64 values at a time: a bit of a
// word is a run of its own, so that 64 frames cost what one does.
//
// There are no delays. In a cycle a net takes its value once, behind the rising edge; glitches are
// not seen. A latch is one of a memory (rtl/tech/asic/em_ram.sv): while its clock gate lets the
// clock through it shows its data, and holds them from then on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "synth/boolean_function.h"
#include "synth/cell_model.h"
#include "synth/mapped.h"

namespace emamba {

class GateSimulator {
 public:
  // Registers begin with random values. Throws Error for a cell that has no function, a clock that
  // goes through other gates than clock gates, buffers and inverters, registers on the falling
  // edge, latches that are not open behind the rising one, and paths that return to themselves.
  GateSimulator(const Mapped& netlist, const CellLibrary& library, const CellModels& models,
                std::uint64_t seed);

  void set(int net, std::uint64_t values) { write(slot(net), values); }
  std::uint64_t get(int net) const { return values_[slot(net)]; }

  // Lets what was set come through, as before an edge.
  void settle();
  // The rising edge of the clock, and what it brings about.
  void edge();

  // Counting of changes in the runs of `lanes`, from 0 again.
  void count(std::uint64_t lanes);
  // Changes of each net since then; of a net of the clock, two for each cycle in which it goes on.
  std::vector<std::int64_t> changes() const;

 private:
  struct Node {  // a gate's output, or a latch
    BooleanFunction function;
    std::vector<int> inputs;  // slots
    int output = 0;           // slot
    int gate = kNone;         // of a latch: its clock gate
  };
  struct Register {
    BooleanFunction next, clear, preset;
    std::vector<int> inputs;
    std::vector<std::pair<int, bool>> outputs;  // slots, and whether they are inverted
    int gate = kNone;                           // kNone: the clock itself
    std::uint64_t state = 0;
  };
  struct Gate {  // of the clock
    std::vector<int> enables;
    std::vector<std::size_t> latches;  // nodes
    int behind = kNone;                // the gate that its clock comes through
    std::uint64_t open = 0;            // runs in which the clock goes through in this cycle
    std::int64_t pulses = 0;
  };
  static constexpr int kNone = -1;

  std::size_t slot(int net) const {
    return net >= 0 ? static_cast<std::size_t>(net) : constant_ + (net == Mapped::kHigh ? 1 : 0);
  }
  void write(std::size_t slot, std::uint64_t values);
  void mark(std::size_t node) { dirty_[node / 64] |= std::uint64_t{1} << (node % 64); }

  std::size_t constant_ = 0;                         // slot of 0, before that of 1
  std::vector<std::uint64_t> values_;                // by slot
  std::vector<std::int64_t> changes_;                // by slot
  std::vector<Node> nodes_;                          // a producer before its consumers
  std::vector<std::vector<std::uint32_t>> readers_;  // nodes, by slot
  std::vector<std::uint64_t> dirty_;                 // nodes whose inputs have changed
  std::vector<Register> registers_;
  std::vector<Gate> gates_;
  std::vector<std::pair<int, int>> clock_nets_;  // slot, and gate that it is behind
  std::uint64_t lanes_ = 0;
  std::int64_t cycles_ = 0;  // counted
};

}  // namespace emamba
