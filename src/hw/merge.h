// SPDX-License-Identifier: Apache-2.0
// Linears that read the same edge as one unit (hardware.merged_linears): one memory of weights, one
// set of multipliers, one control. Its result is theirs, one after another, and is dealt out again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "hw/options.h"
#include "ir/program.h"

namespace emamba {

// What one unit computes: an operation of the program, or several Linears, in the order in which
// their results come. It stands where the first of them stands in the program.
struct UnitOps {
  std::vector<std::size_t> ops;
  std::optional<Op> merged;  // several as one

  const Op& op(const Program& program) const { return merged ? *merged : program.ops[ops.front()]; }
  std::size_t place() const { return *std::min_element(ops.begin(), ops.end()); }
};

// The units of a program, in its order. Linears are merged whose results have the same bits and
// activation, and exponents at most kMaxWeightOffset apart in every block that shares the unit;
// whose bias, if any, is the same for every vector; and that fill their beats of Lanes numbers,
// but for the last. What has the longest way to the answer comes first.
std::vector<UnitOps> units_of(const Program& program, const HardwareSpec& hardware);

// Several Linears as one, whose result has the type of the first one's.
Linear merge(const Program& program, const std::vector<std::size_t>& ops);

}  // namespace emamba
