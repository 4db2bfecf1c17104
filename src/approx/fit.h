// SPDX-License-Identifier: Apache-2.0
// Fits piecewise-linear curves to SiLU and exp, and measures how far they are off.
#pragma once

#include <string>
#include <vector>

#include "approx/options.h"
#include "ir/function.h"
#include "ir/pwl_curve.h"

namespace emamba {

// How often an input value was seen; an empty histogram stands for a uniform distribution.
struct Histogram {
  double lo = 0, hi = 0;       // of the first and the last bin
  std::vector<double> counts;  // of equally wide bins
};

// The spec's number of segments between lo and hi, and the function's tails outside (SiLU: 0 and x;
// exp: 0 and the constant exp(hi); paper, sections 4.2 and 4.3). kEqual: equally spaced knots,
// secants. kGreedy: secants, with knots inserted one by one where the absolute error is largest.
// kData: the knots (on a grid of 512 cells) and lines with the least squared error weighted by
// `seen`, exactly, by dynamic programming; lines need not meet at the knots.
PwlCurve fit_pwl(Function function, const PwlSpec& spec, const Histogram& seen = {});

// Absolute error of a curve against the function: largest and mean on [lo, hi], and the mean over
// all of `seen`, tails included (`mean` when nothing was seen).
struct FitError {
  double max, mean, on_data;
};
FitError fit_error(Function function, const PwlCurve& curve, double lo, double hi,
                   const Histogram& seen = {});

// The curve as an integer table for inputs of exponent `x_exp` and at most 16 bits. Knots move up
// to the next integer, which changes no value; slopes are rounded to 12 bits, with the smallest
// exponent that holds the steepest slope and every intercept; each intercept makes the largest
// error of its line least on the integers that the line covers.
PwlTable table_of(const PwlCurve& curve, int x_exp);

}  // namespace emamba
