// SPDX-License-Identifier: Apache-2.0
#include "hw/resources.h"

#include <algorithm>

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

Resources requantiser(int in_bits, int out_bits, int contexts) {
  const std::int64_t one = in_bits + out_bits + 4;
  return {.lut = contexts * one + (contexts - 1) * out_bits};
}

Resources pwl_line(int knots, int slope_bits, int intercept_bits, int contexts) {
  // A function of 8 bits: at most 4 look-up tables a bit, fewer with few knots.
  const std::int64_t bits = slope_bits + intercept_bits;
  return {.lut = contexts * bits * std::min(4, 1 + knots / 6)};
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
  // 64 words a look-up table; a registered output.
  return {.lut = width * ceil_div(words, 64), .ff = width};
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
  return {.lut = 4 * counter + 8, .ff = 2 * counter + 2 * depth};
}

}  // namespace emamba
