// SPDX-License-Identifier: Apache-2.0
// Piecewise-linear curves as integer tables.
#include <algorithm>
#include <cmath>

#include "approx/fit.h"

namespace emamba {
namespace {

constexpr int kSlopeBits = 12;
constexpr double kInputMin = -32768, kInputMax = 32767;  // of 16 bits

// Round half up, as everywhere (docs/arithmetic.md, section 2).
double round_half_up(double v) {
  return std::floor(v + 0.5);
}

bool fits(int bits, double v) {
  return v >= static_cast<double>(fx::min_of(bits)) && v <= static_cast<double>(fx::max_of(bits));
}

// Fills slopes and intercepts with slopes of type {12, slope_exp}; false when a number does not
// fit.
bool fill_lines(const PwlCurve& curve, int x_exp, int slope_exp, PwlTable& table) {
  table.slope = {kSlopeBits, slope_exp};
  table.slopes.clear();
  table.intercepts.clear();
  const std::size_t lines = curve.slopes.size();
  for (std::size_t i = 0; i < lines; ++i) {
    const double slope = round_half_up(std::ldexp(curve.slopes[i], -slope_exp));
    if (!fits(kSlopeBits, slope)) return false;
    // A rounded slope is off by a constant, so the error over integers first .. last is least when
    // it is the same at both ends: zero in the middle. A tail has only one end.
    const double first = i == 0 ? table.knots.front() - 1 : table.knots[i - 1];
    const double last = i + 1 == lines ? table.knots.back() : std::max(first, table.knots[i] - 1.0);
    const double q = (first + last) / 2;
    // The curve at q, in units of 2^(slope_exp + x_exp), less slope * q.
    const double y = curve.slopes[i] * std::ldexp(q, x_exp) + curve.intercepts[i];
    const double intercept = round_half_up(std::ldexp(y, -slope_exp - x_exp) - slope * q);
    if (!fits(32, intercept)) return false;
    table.slopes.push_back(static_cast<std::int16_t>(slope));
    table.intercepts.push_back(static_cast<std::int32_t>(intercept));
  }
  return true;
}

}  // namespace

PwlTable table_of(const PwlCurve& curve, int x_exp) {
  PwlTable table;
  for (double knot : curve.knots) {
    // x >= knot for an integer x just when x >= ceil(knot); kInputMax + 1 is never reached.
    const double q = std::ceil(std::ldexp(knot, -x_exp));
    table.knots.push_back(static_cast<std::int32_t>(std::clamp(q, kInputMin, kInputMax + 1)));
  }
  double steepest = 0;
  for (double slope : curve.slopes) steepest = std::max(steepest, std::abs(slope));
  int slope_exp = steepest > 0 ? std::ilogb(steepest) + 1 - kSlopeBits : -kSlopeBits;
  while (!fill_lines(curve, x_exp, slope_exp, table)) ++slope_exp;
  return table;
}

}  // namespace emamba
