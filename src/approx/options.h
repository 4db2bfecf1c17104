// SPDX-License-Identifier: Apache-2.0
// What the table [approx] of a configuration says: how functions become integers.
#pragma once

#include <array>
#include <string>

#include "base/keys.h"
#include "fx/lookup.h"
#include "ir/function.h"

namespace emamba {

enum class PwlMethod { kEqual, kGreedy, kData };

// A table where the function's input has few enough bits for one, lines otherwise; or what is said.
enum class FunctionForm { kAuto, kTable, kLines };

// One function. Lines are `segments` inside [lo, hi], and tails outside.
struct PwlSpec {
  PwlMethod method = PwlMethod::kData;
  int segments = 17;
  double lo = -7, hi = 7;
  FunctionForm form = FunctionForm::kAuto;

  bool has_table(int input_bits) const {
    return form == FunctionForm::kTable ||
           (form == FunctionForm::kAuto && input_bits <= fx::kMaxTableBits);
  }
};

struct ApproxSpec {
  PwlSpec silu;
  PwlSpec exp{PwlMethod::kData, 11, -4, 1, FunctionForm::kAuto};

  PwlSpec of(Function function) const {
    switch (function) {
      case Function::kSilu:
        return silu;
      case Function::kExp:
        return exp;
      case Function::kRelu:
      case Function::kGelu:
        break;
    }
    return {.form = FunctionForm::kTable};
  }
};

EMAMBA_NAMES(FunctionForm, "auto", "table", "lines");
EMAMBA_NAMES(PwlMethod, "equal", "greedy", "data");

template <class V>
void visit_keys(ApproxSpec& a, V&& v) {
  for (auto [prefix, pwl] : {std::pair{"approx.silu.", &a.silu}, {"approx.exp.", &a.exp}}) {
    const std::string table = prefix;
    v(table + "form", pwl->form,
      "table: exact, an entry for every input of at most 8 bits; lines: piecewise linear; auto: a "
      "table where the input has so few bits");
    v(table + "method", pwl->method,
      "of lines: where the knots stand: equally spaced, where the error is worst, or by least "
      "squares over "
      "the calibration data");
    v(table + "segments", pwl->segments, Range{1, 64}, "lines between the tails");
    v(table + "lo", pwl->lo, Range{-64, 64}, "start of the first line");
    v(table + "hi", pwl->hi, Range{-64, 64}, "end of the last line");
  }
}

// Throws Error, naming `source` and the key, for an interval that is empty or too short.
void check(const ApproxSpec& approx, const std::string& source);

}  // namespace emamba
