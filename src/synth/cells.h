// SPDX-License-Identifier: Apache-2.0
// What a netlist is made of: the cells that Yosys counts, and the parts of the device they occupy.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace emamba {

// How many cells of each type.
using CellCounts = std::map<std::string, std::int64_t>;

// Reads what Yosys' command `stat` printed of a flattened design. Throws Error, naming `source`,
// when it is of no or of several modules, or does not add up.
CellCounts parse_stat(const std::string& text, const std::string& source);

std::int64_t count_of(const CellCounts& cells);

// Parts of UltraScale+ (AMD UG574, UG573, UG579).
struct Parts {
  std::int64_t lut_logic = 0, lut_memory = 0;  // look-up tables; as memory or shift register
  std::int64_t ff = 0;
  std::int64_t carry8 = 0;  // Yosys counts halves, CARRY4: two of them as one, rounded up
  std::int64_t mux = 0;     // MUXF7, MUXF8, MUXF9
  std::int64_t dsp = 0, bram18 = 0, uram = 0;

  std::int64_t lut() const { return lut_logic + lut_memory; }
  double bram36() const { return static_cast<double>(bram18) / 2; }
  Parts& operator+=(const Parts& other);
  bool operator==(const Parts&) const = default;
};

// Throws Error on a type of cell that it does not know: nothing is dropped silently.
Parts parts_of(const CellCounts& cells);

// {"lut", "lut_memory", "ff", "carry8", "mux", "dsp", "bram36", "uram"}; "lut" includes the memory.
nlohmann::json to_json(const Parts& parts);

}  // namespace emamba
