// SPDX-License-Identifier: Apache-2.0
// Functions of few inputs in integers, as a table: docs/arithmetic.md section 7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "fx/number.h"

namespace emamba {

// The result for every input, from the smallest on, as integers of the output's type.
struct LookupTable {
  std::vector<std::int32_t> values;  // (2^bits of the input)
  bool operator==(const LookupTable&) const = default;
};

namespace fx {

// Bits of the inputs that may have a table.
inline constexpr int kMaxTableBits = 8;

// The entry of x, an integer of x_bits bits.
inline std::int64_t look_up(const LookupTable& table, std::int64_t x, int x_bits) {
  return table.values[static_cast<std::size_t>(x - min_of(x_bits))];
}

}  // namespace fx
}  // namespace emamba
