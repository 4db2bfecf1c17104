// SPDX-License-Identifier: Apache-2.0
#include "ir/pwl_curve.h"

#include <cmath>

namespace emamba {

PwlCurve curve_of(const PwlTable& table, int x_exp) {
  PwlCurve curve;
  for (std::int32_t knot : table.knots) curve.knots.push_back(std::ldexp(knot, x_exp));
  for (std::int16_t slope : table.slopes) {
    curve.slopes.push_back(std::ldexp(slope, table.slope.exp));
  }
  for (std::int32_t intercept : table.intercepts) {
    curve.intercepts.push_back(std::ldexp(intercept, table.slope.exp + x_exp));
  }
  return curve;
}

}  // namespace emamba
