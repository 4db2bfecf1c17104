// SPDX-License-Identifier: Apache-2.0
// One state of the selective scan in integers: docs/arithmetic.md section 8; the paper's
// section 4.6.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "fx/function.h"
#include "fx/number.h"

namespace emamba::fx {

// Abar has the fixed scale 2^-7, and values 0 .. 127.
inline constexpr NumberType kAbarType{8, -7};
inline constexpr int kStateDrop = 7;

// Abar = exp(z), at least 0; z has type z_type.
inline std::int64_t scan_abar(const FunctionIntegers& exp, std::int64_t z, NumberType z_type) {
  return std::max(apply(exp, z, z_type, kAbarType), std::int64_t{0});
}
// The same for every z, from the smallest on.
inline std::vector<std::int32_t> tabulate_abar(const FunctionIntegers& exp, NumberType z_type) {
  std::vector<std::int32_t> values = tabulate(exp, z_type, kAbarType);
  for (std::int32_t& abar : values) abar = std::max(abar, 0);
  return values;
}

// The working state: abar * h + increment, saturated to `state_bits`. h is the stored state; the
// increment, Bbar * x, already has the working state's exponent (7 below the stored state's).
constexpr std::int64_t scan_state(int state_bits, std::int64_t abar, std::int64_t h,
                                  std::int64_t increment) {
  return saturate(state_bits, abar * h + increment);
}

// The stored state: the working state without its 7 lowest bits, i.e. floor(state / 128). This is
// the one place where rounding is not half up. (Section 2.)
constexpr std::int64_t scan_store(std::int64_t state) {
  return state >> kStateDrop;
}

}  // namespace emamba::fx
