// SPDX-License-Identifier: Apache-2.0
// The golden engine: what an integer program means, to the bit, in plain loops with every overflow
// checked. Never optimised; every other engine must equal it. Follows docs/arithmetic.md.
#pragma once

#include <cstdint>
#include <vector>

#include "exec/state.h"
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
  State initial() const { return initial_state<std::int32_t>(program_); }

  // Takes the next token, (token_width) integers of the input edge's type. After the L-th, the
  // answer is the last edge's value, state.values.back(). Throws Error when the sequence is already
  // complete, or when an accumulator leaves its proved width (a defect of this project, not of the
  // input).
  void step(State& state, const std::int32_t* token) const;
  // Runs operation `index` alone, on the values and memory in `state`, into state.values[index +
  // 1].
  void run_op(std::size_t index, State& state) const;
  // A sequence is the loop over its steps: tokens (L, token_width) -> answer (outputs).
  std::vector<std::int32_t> run(const Tensor<std::int32_t>& tokens) const;

 private:
  Program program_;
  std::vector<int> accumulator_bits_;  // of each op
};

// The input edge's integers for normalised tokens (L, token_width): round half up, saturate.
// (Section 4.) The only step on floating-point numbers, outside the accelerator.
Tensor<std::int32_t> quantise_tokens(const Program& program, const Tensor<float>& tokens);

}  // namespace emamba
