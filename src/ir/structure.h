// SPDX-License-Identifier: Apache-2.0
// Whether two programs, or two copies of a block, are of one network: alike in kinds, names, edges,
// sizes and switches, whatever their numbers and number types.
#pragma once

#include <optional>
#include <string>

#include "ir/program.h"

namespace emamba {

// Of two ops, whatever their names and edges.
bool same_structure(const Op& a, const Op& b);

// The first op of a group's blocks that is not what it is in the first block, but for its numbers
// and exponents: what it is called, and how it differs. Nothing when all blocks are alike.
struct Unlike {
  std::string op, what;
};
std::optional<Unlike> first_unlike(const Program& program, const Group& group);

// The first op, or "input", in which two programs are of different networks; "" when they are of
// one.
std::string first_difference(const Program& a, const Program& b);

}  // namespace emamba
