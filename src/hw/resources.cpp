// SPDX-License-Identifier: Apache-2.0
#include "hw/resources.h"

#include <algorithm>
#include <cmath>

#include "fx/number.h"

namespace emamba {
namespace {

std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

}  // namespace

Resources times(std::int64_t count, Resources one) {
  return {count * one.multipliers, count * one.dsp, count * one.lut, count * one.ff,
          count * one.bram18};
}

Resources multiplier(int a_bits, int b_bits) {
  const int wide = std::max(a_bits, b_bits), narrow = std::min(a_bits, b_bits);
  if (wide <= 27 && narrow <= 18) return {.multipliers = 1, .dsp = 1};
  // Pieces of 24 x 17 bits, and the registers that then lie outside.
  const std::int64_t pieces = ceil_div(wide, 24) * ceil_div(narrow, 17);
  return {.multipliers = 1, .dsp = pieces, .lut = wide + narrow, .ff = 2 * (wide + narrow)};
}

Resources adder(int bits) {
  return {.lut = bits};
}

Resources registers(int bits) {
  return {.ff = bits};
}

// A shift register longer than two takes look-up tables of 32 stages, and a flip-flop at its end.
Resources delay(int bits, int depth) {
  if (depth <= 2) return {.ff = std::int64_t{bits} * depth};
  return {.lut = bits * ceil_div(depth, 32), .ff = 0};
}

Resources adder_tree(int terms, int in_bits, int out_bits) {
  Resources sum;
  int bits = in_bits;
  while (terms > 1) {
    const int sums = (terms + 3) / 4;
    const int grown = std::min(out_bits, bits + 2);
    sum.lut += std::int64_t{terms - sums} * grown;
    sum.ff += std::int64_t{sums} * grown;
    terms = sums;
    bits = grown;
  }
  return sum;
}

// Rounding takes the carry chain alone, for half is a constant. Saturation takes a look-up table a
// bit and one for every six bits that must be like the sign. A shift to the left takes nothing.
Resources requantiser(int in_bits, int out_bits, int contexts) {
  const int cut = in_bits - out_bits;
  const std::int64_t one = cut > 0 ? out_bits + 1 + cut / 6 : 0;
  return {.lut = contexts * one + (contexts - 1) * out_bits};
}

// Functions of 8 bits: up to four look-up tables a bit, on average fewer than that.
Resources pwl_line(int knots, int slope_bits, int intercept_bits, int contexts) {
  const std::int64_t bits = slope_bits + intercept_bits;
  return {.lut = contexts * bits * std::min(24, 6 + knots) / 10};
}

bool wants_block(std::int64_t words, int width) {
  return words >= 128 && words * width >= 9216;
}

Resources rom(std::int64_t words, int width, bool block) {
  if (block) {
    // 512 words of 36 bits in 18 Kbit; deeper memories are narrower.
    const std::int64_t deep = std::max<std::int64_t>(512, std::int64_t{1} << fx::ceil_log2(words));
    const std::int64_t bits = std::max<std::int64_t>(1, 36 * 512 / deep);
    return {.bram18 = deep > 18432 ? width * ceil_div(words, 18432) : ceil_div(width, bits)};
  }
  // Columns that are equal in every word are one. Yosys needs a look-up table for 16 words, where
  // 64 would fit. The output is registered.
  const double kinds = std::exp2(static_cast<double>(words));
  const auto columns = static_cast<std::int64_t>(
      words > 16 ? width : std::ceil(kinds * -std::expm1(-static_cast<double>(width) / kinds)));
  return {.lut = columns * ceil_div(words, 16), .ff = columns};
}

// Simple dual-port memories of look-up tables: 14 bits of 32 words in 8, 7 bits of 64 words in 8.
Resources ram(std::int64_t words, int width) {
  if (words == 1) return registers(width);
  if (words <= 32) return {.lut = 8 * ceil_div(width, 14)};
  return {.lut = ceil_div(words, 64) * 8 * ceil_div(width, 7) +
                 (words > 64 ? width * ceil_div(words, 256) : 0)};
}

Resources multiplexer(std::int64_t choices, int width) {
  if (choices <= 1) return {};
  return {.lut = width * ceil_div(choices - 1, 3)};
}

Resources control(std::int64_t steps, int depth) {
  const int counter = fx::ceil_log2(std::max<std::int64_t>(steps, 2));
  return {.lut = 3 * counter + 4, .ff = 2 * counter + 2 * depth};
}

}  // namespace emamba
