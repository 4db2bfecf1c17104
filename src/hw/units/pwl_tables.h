// SPDX-License-Identifier: Apache-2.0
// Piecewise-linear functions in hardware: the tables of all contexts as parameters (em_pwl_line).
#pragma once

#include <string>
#include <vector>

#include "fx/function.h"

namespace emamba {

struct PwlTables {
  int knots = 0, slope_bits = 2, intercept_bits = 2;
  std::string knot_table, slope_table, intercept_table;
};

// A function's lines. Throws Error for a table, which hardware does not have yet.
const PwlTable& lines_of(const FunctionIntegers& function, const std::string& op);

// For inputs of `x_bits`. A context with fewer knots gets some that are never passed.
PwlTables pwl_tables(const std::vector<const PwlTable*>& contexts, int x_bits);

}  // namespace emamba
