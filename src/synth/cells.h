// SPDX-License-Identifier: Apache-2.0
// What a netlist is made of: the cells that Yosys counts, and what they take of the device.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "target/family.h"

namespace emamba {

// How many cells of each type.
using CellCounts = std::map<std::string, std::int64_t>;

// Reads what Yosys' command `stat` printed of a flattened design. Throws Error, naming `source`,
// when it is of no or of several modules, or does not add up.
CellCounts parse_stat(const std::string& text, const std::string& source);

std::int64_t count_of(const CellCounts& cells);

// What cells of UltraScale+ take. CARRY8 are counted from halves, Yosys' CARRY4: two of them as
// one, rounded up. Throws Error on a type of cell that it does not know: nothing is dropped
// silently.
Resources resources_of(const CellCounts& cells);

// {"lut", "lut_memory", "ff", "carry8", "mux", "dsp", "bram36", "uram"}; "lut" includes the memory.
nlohmann::json synthesis_json(const Resources& resources);

}  // namespace emamba
