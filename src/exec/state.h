// SPDX-License-Identifier: Apache-2.0
// What an engine knows between two vectors of a sequence that comes step by step.
#pragma once

#include <vector>

#include "base/error.h"
#include "ir/program.h"

namespace emamba {

// Plain data: copying saves it, assigning restores it. T is the engine's number: float, or int32_t.
template <class T>
struct SequenceState {
  int token = 0;                       // vectors seen
  std::vector<std::vector<T>> memory;  // of each op, e.g. the scan's h (width, states)
  std::vector<Tensor<T>> values;       // of each edge, the newest vector on it (1, width)
  bool operator==(const SequenceState&) const = default;

  // The newest vector on the last edge: the answer, once the sequence is complete.
  const std::vector<T>& answer() const { return values.back().data; }
};

// Numbers that an op keeps from vector to vector, all 0 at the start of a sequence:
//   DwConv  the last taps - 1 inputs, oldest first (taps - 1, width)
//   Scan    h (width, states)
//   Pool    mean: the sum so far (width); flatten: the vectors so far (tokens, width)
std::size_t memory_size(const Op& op);

// Throws Error for programs that cannot be stepped.
template <class T>
SequenceState<T> initial_state(const Program& program) {
  if (!can_step(program)) {
    throw Error(
        fmt::format("{}: cannot be stepped, it has operations on whole sequences", program.name),
        "run whole sequences");
  }
  SequenceState<T> state;
  for (const Op& op : program.ops) state.memory.emplace_back(memory_size(op), T{0});
  for (const Edge& edge : program.edges) {
    state.values.push_back(make_tensor<T>({1, std::size_t(edge.width)}));
  }
  return state;
}

// One step: takes `vector` (edges[0].width), runs run_op(i, state, place) for every operation that
// has a vector to work on, and counts. What stands behind a pooling waits for the last vector, and
// then has the first of its own. Throws Error when the sequence is already complete.
template <class T, class RunOp>
void step_state(const Program& program, SequenceState<T>& state, const T* vector,
                const RunOp& run_op) {
  const bool fixed = has_fixed_length(program);
  const int length = program.input.vectors();
  if (fixed && state.token >= length) {
    throw Error(fmt::format("the sequence is complete after {} tokens", length),
                "start the next one from initial()");
  }
  state.values[0].data.assign(vector, vector + program.edges[0].width);
  const bool last = fixed && state.token == length - 1;
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    const Edge& x = program.edges[inputs_of(program.ops[i])[0]];
    const bool behind = x.vectors != program.edges[0].vectors;
    if (!behind || last) run_op(i, state, behind ? 0 : state.token);
  }
  ++state.token;
}

}  // namespace emamba
