// SPDX-License-Identifier: Apache-2.0
// A piecewise-linear function of a real number: what approximation fits and the float engine runs.
#pragma once

#include <cstddef>
#include <vector>

#include "fx/pwl.h"

namespace emamba {

// S lines between S + 1 knots, and a tail on either side, as in PwlTable.
struct PwlCurve {
  std::vector<double> knots;               // (S+1), not decreasing
  std::vector<double> slopes, intercepts;  // (S+2)

  double operator()(double x) const {
    std::size_t i = 0;
    for (double knot : knots) i += x >= knot ? 1 : 0;
    return slopes[i] * x + intercepts[i];
  }
};

// The curve that a table computes before its result is rounded; x_exp is the input's exponent.
PwlCurve curve_of(const PwlTable& table, int x_exp);

}  // namespace emamba
