// SPDX-License-Identifier: Apache-2.0
// Folding: how parallel each unit is. For every operation by itself, the fewest multipliers whose
// steps a token meet the target.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/merge.h"
#include "hw/options.h"
#include "ir/program.h"

namespace emamba {

// Numbers that a unit works on in a cycle. Every width of a beat is a multiple or a divisor of
// Lanes. What `in` and `out` count is the unit's to say (src/hw/units); of most, `out` elements.
struct Fold {
  int in = 1, out = 1;
  bool operator==(const Fold&) const = default;
};

// Multipliers and steps of an operation under a fold. Steps are cycles a vector at least, whatever
// the neighbours do; of an operation behind the pooling, a sequence.
struct FoldCost {
  std::int64_t multipliers = 0, steps = 0;
  std::int64_t tables = 0;  // of functions
};
FoldCost fold_cost(const Program& program, const Op& op, const HardwareSpec& hardware, Fold fold);

// Every fold that an operation can have.
std::vector<Fold> folds_of(const Program& program, const Op& op, const HardwareSpec& hardware);

// The most lanes that hardware of a program may have: numbers in the widest piece of a token's
// vectors.
int most_lanes(const Program& program);

// Throws Error when there are more.
void require_lanes(const Program& program, const HardwareSpec& hardware);

// The values of cycles_per_token from which on an operation can have another fold, the smallest
// that is feasible first; cycles_per_sequence does not count. Units are those of units_of().
std::vector<int> folding_targets(const Program& program, const HardwareSpec& hardware,
                                 const std::vector<UnitOps>& units);

// A fold for each operation that has hardware of its own. Throws Error when the target cannot be
// met or Lanes do not fit, naming the operation and the nearest value that is feasible.
std::vector<Fold> choose_folds(const Program& program, const HardwareSpec& hardware,
                               const std::vector<UnitOps>& units);

}  // namespace emamba
