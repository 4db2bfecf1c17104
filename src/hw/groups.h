// SPDX-License-Identifier: Apache-2.0
// Whether the blocks of a group can run on the same hardware, and what they are called together.
#pragma once

#include <string>
#include <vector>

#include "hw/options.h"
#include "ir/program.h"

namespace emamba {

// Whether an operation, by its number, is one of a group's.
bool holds(const Group& group, std::size_t op);

// Whether a group's blocks run on the first one's hardware.
bool shares(const HardwareSpec& hardware, const Group& group);

// The group whose blocks share their hardware, and that has this operation in one of them; null if
// there is none.
const Group* sharing(const Program& program, const HardwareSpec& hardware, std::size_t op);

// Operations of a first block and, block by block, those that run on their hardware.
using BlockOps = std::vector<std::vector<std::size_t>>;
BlockOps blocks_of(const Program& program, const HardwareSpec& hardware,
                   const std::vector<std::size_t>& ops);

// Whether an operation has hardware of its own: other blocks run on the first one's.
bool has_hardware(const Program& program, const HardwareSpec& hardware, std::size_t op);

// Throws Error unless all blocks of a group can run on the first one's hardware: the same kinds of
// operations, connected alike, on edges of the same width, bits and number of vectors; one edge in,
// written by the operation before the first block and read by it alone, and one out, written by
// the last operation.
void require_alike(const Program& program, const Group& group);

// What names have in common, part by part between the dots: blocks.norm of blocks.0.norm and
// blocks.1.norm.
std::string common_name(const std::vector<std::string>& names);

}  // namespace emamba
