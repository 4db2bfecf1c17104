// SPDX-License-Identifier: Apache-2.0
// Number types, rounding and saturation: docs/arithmetic.md sections 1 to 3.
#pragma once

#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace emamba {

// A signed integer q of `bits` bits that stands for the value q * 2^exp. Zero point 0. (Section 1.)
struct NumberType {
  int bits = 8;
  int exp = 0;
  bool operator==(const NumberType&) const = default;
};

namespace fx {

// Largest and smallest integer of a signed type of 2 <= bits <= 63. (Section 1.)
constexpr std::int64_t max_of(int bits) {
  return (std::int64_t{1} << (bits - 1)) - 1;
}
constexpr std::int64_t min_of(int bits) {
  return -(std::int64_t{1} << (bits - 1));
}
constexpr bool fits(int bits, std::int64_t v) {
  return v >= min_of(bits) && v <= max_of(bits);
}

// Bits of the narrowest signed type that holds every integer in [-magnitude, magnitude].
constexpr int signed_bits(std::int64_t magnitude) {
  int bits = 1;
  for (; magnitude > 0; magnitude >>= 1) ++bits;
  return bits < 2 ? 2 : bits;
}

// Round half up: for shift > 0, floor((v + 2^(shift-1)) / 2^shift), that is, add half and shift
// arithmetically; for shift <= 0, v * 2^-shift. (Section 2.) -62 <= shift <= 62; neither the
// addition nor the multiplication may overflow, which the validator proves for every program.
constexpr std::int64_t round_shift(std::int64_t v, int shift) {
  assert(shift >= -62 && shift <= 62);
  if (shift <= 0) {
    assert(std::abs(v) <= (INT64_MAX >> -shift));
    return v * (std::int64_t{1} << -shift);
  }
  assert(v <= INT64_MAX - (std::int64_t{1} << (shift - 1)));
  return (v + (std::int64_t{1} << (shift - 1))) >> shift;
}

// The nearest integer of a signed type of `bits` bits: v clamped to [-2^(bits-1), 2^(bits-1) - 1].
// (Section 3.)
constexpr std::int64_t saturate(int bits, std::int64_t v) {
  return v < min_of(bits) ? min_of(bits) : v > max_of(bits) ? max_of(bits) : v;
}

// `acc`, an integer that stands for acc * 2^acc_exp, as type `y`: round_shift, then saturate.
// (Section 3.)
constexpr std::int64_t requantise(std::int64_t acc, int acc_exp, NumberType y) {
  return saturate(y.bits, round_shift(acc, y.exp - acc_exp));
}

// The integer of type `y` nearest to a real number, half up: floor(value * 2^-exp + 1/2),
// saturated. (Section 4.) Exact in double precision; `value` must be a number, or infinite.
inline std::int64_t quantise(double value, NumberType y) {
  const double q = std::floor(std::ldexp(value, -y.exp) + 0.5);
  const auto low = static_cast<double>(min_of(y.bits)), high = static_cast<double>(max_of(y.bits));
  return static_cast<std::int64_t>(q < low ? low : q > high ? high : q);
}

// Smallest k with 2^k >= n, for n >= 1.
constexpr int ceil_log2(std::int64_t n) {
  int k = 0;
  while ((std::int64_t{1} << k) < n) ++k;
  return k;
}

}  // namespace fx
}  // namespace emamba
