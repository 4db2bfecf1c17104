// SPDX-License-Identifier: Apache-2.0
// 1 / x and 1 / sqrt(x) of large integers, by a table of the leading bits: docs/arithmetic.md
// section 15.
#pragma once

#include <bit>
#include <cassert>
#include <cstdint>

#include "fx/number.h"

namespace emamba::fx {

// Leading bits of x that tables know, the first of which is 1 (of a root one of the first two).
inline constexpr int kLeadingBits = 9;
// Entries have 16 bits, unsigned, and these many fraction bits.
inline constexpr int kReciprocalEntryFraction = 24, kRootEntryFraction = 19;

// 1 / (m + 1/2), rounded half up, for 2^8 <= m < 2^9.
constexpr std::int64_t reciprocal_entry(std::int64_t m) {
  const std::int64_t divisor = 2 * m + 1;
  return ((std::int64_t{4} << kReciprocalEntryFraction) + divisor) / (2 * divisor);
}

// 1 / sqrt(m + 1/2), rounded half up, for 2^7 <= m < 2^9: the largest r with r - 1/2 at most that.
constexpr std::int64_t root_entry(std::int64_t m) {
  std::int64_t r = 0;
  for (std::int64_t bit = 1 << 15; bit > 0; bit /= 2) {
    const std::int64_t odd = 2 * (r + bit) - 1;
    if (odd * odd * (2 * m + 1) <= std::int64_t{8} << (2 * kRootEntryFraction)) r += bit;
  }
  return r;
}

// The leading bits of x >= 1, and the power of two by which they are to be multiplied: of any
// parity, or an even one.
struct Leading {
  std::int64_t bits;
  int shift;
};
constexpr Leading leading(std::int64_t x, bool even) {
  int shift = std::bit_width(static_cast<std::uint64_t>(x)) - kLeadingBits;
  if (even && shift % 2 != 0) ++shift;
  return {shift >= 0 ? x >> shift : x << -shift, shift};
}

// 1 / x with `fraction` fraction bits; off by at most 2^-9 of it, and half a unit. x >= 1.
constexpr std::int64_t reciprocal(std::int64_t x, int fraction) {
  const auto [m, shift] = leading(x, false);
  return round_shift(reciprocal_entry(m), kReciprocalEntryFraction + shift - fraction);
}

// 1 / sqrt(x) with `fraction` fraction bits; off by at most 2^-9 of it, and half a unit. x >= 1.
constexpr std::int64_t reciprocal_root(std::int64_t x, int fraction) {
  const auto [m, shift] = leading(x, true);
  return round_shift(root_entry(m), kRootEntryFraction + shift / 2 - fraction);
}

}  // namespace emamba::fx
