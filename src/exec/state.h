// SPDX-License-Identifier: Apache-2.0
// What an engine knows between two tokens of a sequence.
#pragma once

#include <vector>

#include "ir/program.h"

namespace emamba {

// Plain data: copying saves it, assigning restores it. T is the engine's number: float, or int32_t.
template <class T>
struct SequenceState {
  int token = 0;                       // tokens seen, 0 .. L
  std::vector<std::vector<T>> memory;  // of each op, e.g. the scan's h (width, states)
  std::vector<std::vector<T>> values;  // of each edge, the newest vector on it (edge.width)
  bool operator==(const SequenceState&) const = default;
};

// Numbers that an op keeps from token to token, all 0 at the start of a sequence:
//   DwConv  the last taps - 1 inputs, oldest first (taps - 1, width)
//   Scan    h (width, states)
//   Pool    mean: the sum so far (width); flatten: the tokens so far (tokens, width)
std::size_t memory_size(const Op& op);

template <class T>
SequenceState<T> initial_state(const Program& program) {
  SequenceState<T> state;
  for (const Op& op : program.ops) state.memory.emplace_back(memory_size(op), T{0});
  for (const Edge& edge : program.edges) state.values.emplace_back(edge.width, T{0});
  return state;
}

}  // namespace emamba
