// SPDX-License-Identifier: Apache-2.0
// Numbers that the plan and the modules must agree on: rtl/lib/em_pkg.sv.
#pragma once

#include <cstdint>

#include "fx/number.h"

namespace emamba {

// Bits of an index 0 .. n-1; at least 1.
constexpr int index_bits(std::int64_t n) {
  return n > 1 ? fx::ceil_log2(n) : 1;
}

// Registers of a multiplier, and of an adder tree of n operands.
inline constexpr int kMulLatency = 2;
// The stage of em_scan at which exp(delta * A) is there and states are read.
constexpr int scan_read(bool exp_table) {
  return exp_table ? 3 + kMulLatency : 4 + 2 * kMulLatency;
}
constexpr int tree_latency(int n) {
  return (fx::ceil_log2(n) + 1) / 2;
}

// Steps of em_reciprocal_divider for tokens of `width` channels: the bits of its dividend.
constexpr int divider_steps(int width) {
  return 22 + fx::ceil_log2(width);
}

}  // namespace emamba
