// SPDX-License-Identifier: Apache-2.0
// Functions in hardware: as memories of all values (em_table_element), or piecewise-linear, the
// tables of all contexts as parameters (em_pwl_line).
#pragma once

#include <string>
#include <vector>

#include "fx/function.h"
#include "hw/options.h"

namespace emamba {

struct PwlTables {
  int knots = 0, slope_bits = 2, intercept_bits = 2;
  std::string knot_table, slope_table, intercept_table;
};

// Whether a function of numbers of `x_bits` becomes a memory of all its values.
bool as_table(const HardwareSpec& hardware, const FunctionIntegers& function, int x_bits);

// For inputs of `x_bits`. A context with fewer knots gets some that are never passed.
PwlTables pwl_tables(const std::vector<const PwlTable*>& contexts, int x_bits);

// Appends words of `bits` that hold one value each: values come from that at the smallest input on,
// words go by the inputs' bits, which begin with those of 0.
void pack_values(std::vector<std::string>& words, const std::vector<std::int32_t>& values,
                 int bits);

}  // namespace emamba
