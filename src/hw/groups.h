// SPDX-License-Identifier: Apache-2.0
// Blocks of a program: stretches of operations that stand in its list several times, and that may
// so run on the same hardware.
#pragma once

#include <string>
#include <vector>

#include "ir/program.h"

namespace emamba {

// A block of `ops` operations from number `first` on, which stands `times` times in a row.
struct Group {
  int first = 0, ops = 0, times = 1;
  bool holds(std::size_t op) const {
    const int at = static_cast<int>(op) - first;
    return at >= 0 && at < ops * times;
  }
};

std::vector<Group> groups_of(const Program& program);

// Throws Error unless all blocks of a group can run on the first one's hardware: the same kinds of
// operations, connected alike, on edges of the same width, bits and number of vectors; one edge in,
// written by the operation before the first block, and one out, written by the last operation.
void require_alike(const Program& program, const Group& group);

// What names have in common, part by part between the dots: blocks.norm of blocks.0.norm and
// blocks.1.norm.
std::string common_name(const std::vector<std::string>& names);

}  // namespace emamba
