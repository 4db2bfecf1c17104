// SPDX-License-Identifier: Apache-2.0
// Piecewise-linear functions in integers: docs/arithmetic.md section 7; the paper's section 4.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "fx/number.h"

namespace emamba {

// S lines between S + 1 knots, and a tail on either side.
struct PwlTable {
  NumberType slope;                      // of the slopes; at most 16 bits
  std::vector<std::int32_t> knots;       // (S+1), in units of the input, not decreasing
  std::vector<std::int16_t> slopes;      // (S+2)
  std::vector<std::int32_t> intercepts;  // (S+2), exponent slope.exp + input exponent
  bool operator==(const PwlTable&) const = default;
};

namespace fx {

// The line that x falls on: the number of knots at or below x, 0 .. S+1.
inline std::size_t pwl_index(const PwlTable& table, std::int64_t x) {
  std::size_t index = 0;
  for (std::int32_t knot : table.knots) index += x >= knot ? 1 : 0;
  return index;
}

// slope * x + intercept as type y; x has exponent x_exp.
inline std::int64_t pwl(const PwlTable& table, std::int64_t x, int x_exp, NumberType y) {
  const std::size_t i = pwl_index(table, x);
  return requantise(table.slopes[i] * x + table.intercepts[i], table.slope.exp + x_exp, y);
}

}  // namespace fx
}  // namespace emamba
