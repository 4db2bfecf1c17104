// SPDX-License-Identifier: Apache-2.0
// The golden engine: what an integer program means, to the bit, in plain loops with every overflow
// checked. Never optimised; every other engine must equal it. Follows docs/arithmetic.md.
#pragma once

#include <cstdint>
#include <vector>

#include "exec/state.h"
#include "exec/walk.h"
#include "ir/program.h"

namespace emamba {

class Golden {
 public:
  using Number = std::int32_t;
  using State = SequenceState<std::int32_t>;

  // Validates the program and proves its accumulator widths.
  explicit Golden(Program program);

  const Program& program() const { return program_; }
  int accumulator_bits(std::size_t index) const { return accumulator_bits_[index]; }
  // The state at the start of a sequence. Throws Error for programs that cannot be stepped.
  State initial() const { return initial_state<std::int32_t>(program_); }

  // A sequence, operation by operation: vectors (n, edges[0].width), integers of the input edge's
  // type -> the last edge's numbers. Throws Error when the program asks for another n, or when an
  // accumulator leaves its proved width (a defect of this project, not of the input).
  std::vector<std::int32_t> run(const Tensor<std::int32_t>& tokens) const;
  // Every edge (rows, width) of a sequence.
  std::vector<Tensor<std::int32_t>> trace(const Tensor<std::int32_t>& tokens) const;

  // Takes the next vector of a sequence. After the last the answer is complete. Equal to run().
  // Throws Error as run() and step_state() do.
  void step(State& state, const std::int32_t* token) const;

  // Operation `index` alone on the edges of a sequence, of which it reads those it needs, into y
  // (rows, width).
  void run_op(std::size_t index, const std::vector<Tensor<std::int32_t>>& edges,
              Tensor<std::int32_t>& y) const;

 private:
  // The same of some rows, `first` being the place of the first in its sequence, with what the
  // operation remembers of those before.
  void run_op(std::size_t index, const std::vector<Tensor<std::int32_t>>& edges,
              std::vector<std::int32_t>& memory, int first, Tensor<std::int32_t>& y) const;

  Program program_;
  Walk walk_;
  std::vector<int> accumulator_bits_;  // of each op
};

}  // namespace emamba
