// SPDX-License-Identifier: Apache-2.0
// What the table [approx] of a configuration says: how functions become piecewise linear.
#pragma once

#include <array>
#include <string>

#include "base/keys.h"
#include "ir/function.h"

namespace emamba {

enum class PwlMethod { kEqual, kGreedy, kData };

// One piecewise-linear function: `segments` lines inside [lo, hi], tails outside.
struct PwlSpec {
  PwlMethod method = PwlMethod::kData;
  int segments = 17;
  double lo = -7, hi = 7;
};

struct ApproxSpec {
  PwlSpec silu;
  PwlSpec exp{PwlMethod::kData, 11, -4, 1};

  const PwlSpec& of(Function function) const { return function == Function::kSilu ? silu : exp; }
};

EMAMBA_NAMES(PwlMethod, "equal", "greedy", "data");

template <class V>
void visit_keys(ApproxSpec& a, V&& v) {
  for (auto [prefix, pwl] : {std::pair{"approx.silu.", &a.silu}, {"approx.exp.", &a.exp}}) {
    const std::string table = prefix;
    v(table + "method", pwl->method,
      "where the knots stand: equally spaced, where the error is worst, or by least squares over "
      "the calibration data");
    v(table + "segments", pwl->segments, Range{1, 64}, "lines between the tails");
    v(table + "lo", pwl->lo, Range{-64, 64}, "start of the first line");
    v(table + "hi", pwl->hi, Range{-64, 64}, "end of the last line");
  }
}

// Throws Error, naming `source` and the key, for an interval that is empty or too short.
void check(const ApproxSpec& approx, const std::string& source);

}  // namespace emamba
