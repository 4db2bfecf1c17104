// SPDX-License-Identifier: Apache-2.0
// What a netlist is made of: the cells that Yosys counts.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace emamba {

// How many cells of each type.
using CellCounts = std::map<std::string, std::int64_t>;

// Reads what Yosys' command `stat -json` printed of a flattened design. Throws Error, naming
// `source`, when it is of no or of several modules, or does not add up.
CellCounts parse_stat(const std::string& text, const std::string& source);

std::int64_t count_of(const CellCounts& cells);

}  // namespace emamba
