// SPDX-License-Identifier: Apache-2.0
// SiLU and GELU are so near to x, and exp to 1, that double precision cannot tell a value just
// below a half from the half, which goes up. So a value is `near`, which is exact, and a small
// rest.
#include "approx/exact.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace emamba {
namespace {

struct Value {
  double near, rest;
};

Value value_of(Function function, double x) {
  switch (function) {
    case Function::kSilu:
      return x > 0 ? Value{x, -x / (1 + std::exp(x))} : Value{0, x / (1 + std::exp(-x))};
    case Function::kRelu:
      return {std::max(x, 0.0), 0};
    case Function::kGelu: {
      const double rest = x / 2 * std::erfc(std::abs(x) / std::sqrt(2.0));
      return x > 0 ? Value{x, -rest} : Value{0, rest};
    }
    case Function::kExp:
      return std::abs(x) < 0.5 ? Value{1, std::expm1(x)} : Value{0, std::exp(x)};
  }
  return {0, x};
}

// floor((near + rest) * 2^(-exp) + 1/2). Infinite where the rest is.
double round_half_up(Value value, int exp) {
  const double near = std::ldexp(value.near, -exp), whole = std::floor(near);
  const double above_half = (near - whole - 0.5) + std::ldexp(value.rest, -exp);
  return whole + 1 + std::floor(above_half);
}

}  // namespace

LookupTable exact_table(Function function, NumberType x, NumberType y) {
  assert(x.bits <= fx::kMaxTableBits);
  const auto low = static_cast<double>(fx::min_of(y.bits)),
             high = static_cast<double>(fx::max_of(y.bits));
  LookupTable table;
  for (std::int64_t q = fx::min_of(x.bits); q <= fx::max_of(x.bits); ++q) {
    const Value value = value_of(function, std::ldexp(static_cast<double>(q), x.exp));
    table.values.push_back(
        static_cast<std::int32_t>(std::clamp(round_half_up(value, y.exp), low, high)));
  }
  return table;
}

}  // namespace emamba
