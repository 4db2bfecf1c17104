// SPDX-License-Identifier: Apache-2.0
// Folding: how parallel each unit is. For every operation by itself, the fewest multipliers whose
// steps a token meet the target.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hw/options.h"
#include "ir/program.h"

namespace emamba {

// Numbers that a unit works on in a cycle. Every width of a beat is a multiple or a divisor of
// Lanes.
//   Linear       `in` inputs x `out` outputs
//   Scan         `out` channels x `in` states; `in` divides N
//   RangeNorm    `out` units, as the paper calls them; they divide Lanes
//   the others   `out` elements; they divide Lanes
struct Fold {
  int in = 1, out = 1;
  bool operator==(const Fold&) const = default;
};

// Multipliers and steps of an operation under a fold. Steps are cycles a vector at least, whatever
// the neighbours do; of an operation behind the pooling, a sequence.
struct FoldCost {
  std::int64_t multipliers = 0, steps = 0;
};
FoldCost fold_cost(const Program& program, const Op& op, const HardwareSpec& hardware, Fold fold);

// Beats of `in` numbers in which a linear operation takes its input.
std::int64_t linear_in_beats(const Program& program, const Linear& op, int lanes, int in);

// Registers of a multiplier (em_pkg::mul_latency), and em_scan's cycles from a state to the same
// state: a multiplier and an addition.
inline constexpr int kMulLatency = 2;
inline constexpr int kScanRecurrence = kMulLatency + 1;

// Steps of em_reciprocal_divider for tokens of `width` channels: the bits of its dividend.
int divider_steps(int width);

// Every fold that an operation can have.
std::vector<Fold> folds_of(const Program& program, const Op& op, const HardwareSpec& hardware);

// A fold for each operation. Throws Error when the target cannot be met or Lanes do not fit, naming
// the operation and the nearest value that is feasible.
std::vector<Fold> choose_folds(const Program& program, const HardwareSpec& hardware);

// The group of blocks whose hardware is shared: the first that stands more than once. Null when
// there is none, or nothing is shared.
const Group* shared_group(const Program& program, const HardwareSpec& hardware);
bool in_group(const Group& group, std::size_t op);

// Beats of `words` numbers that a vector of `width` takes.
constexpr std::int64_t beats_of(std::int64_t width, std::int64_t words) {
  return (width + words - 1) / words;
}
// The operation that flattens a sequence onto edge `x`; null if there is none.
const Pool* flattening(const Program& program, EdgeIndex x);
// Beats of Lanes numbers in which a vector arrives at input edge `x`: a flattened sequence comes
// token by token.
std::int64_t arriving_beats(const Program& program, EdgeIndex x, int lanes);

}  // namespace emamba
