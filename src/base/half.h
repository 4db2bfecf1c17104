// SPDX-License-Identifier: Apache-2.0
// Floating-point numbers of 16 bits, as files store them.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace emamba {

// IEEE 754's binary16: 1 bit sign, 5 bits exponent, 10 bits fraction. Every one is a float.
struct Half {
  std::uint16_t bits;
  explicit operator float() const {
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    const float magnitude = exponent == 31 ? (fraction ? std::numeric_limits<float>::quiet_NaN()
                                                       : std::numeric_limits<float>::infinity())
                            : exponent == 0
                                ? std::ldexp(static_cast<float>(fraction), -24)
                                : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
    return bits >> 15 ? -magnitude : magnitude;
  }
};

// The upper half of a float.
struct Bfloat16 {
  std::uint16_t bits;
  // The nearest one to a finite number, the even one of two.
  static Bfloat16 nearest(float v) {
    const auto whole = std::bit_cast<std::uint32_t>(v);
    return {static_cast<std::uint16_t>((whole + 0x7fff + (whole >> 16 & 1)) >> 16)};
  }
  explicit operator float() const { return std::bit_cast<float>(std::uint32_t{bits} << 16); }
};

}  // namespace emamba
