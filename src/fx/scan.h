// SPDX-License-Identifier: Apache-2.0
// One state of the selective scan in integers: docs/arithmetic.md section 8; the paper's
// section 4.6.
#pragma once

#include <cstdint>

#include "fx/number.h"
#include "fx/pwl.h"

namespace emamba::fx {

// Abar has the fixed scale 2^-7, and values 0 .. 127.
inline constexpr NumberType kAbarType{8, -7};
inline constexpr int kStateDrop = 7;

// Abar = exp(z) by the table, clamped to 0 .. 127; z has exponent z_exp.
inline std::int64_t scan_abar(const PwlTable& exp_table, std::int64_t z, int z_exp) {
  const std::int64_t a = pwl(exp_table, z, z_exp, kAbarType);
  return a < 0 ? 0 : a;
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
