// SPDX-License-Identifier: Apache-2.0
// What hardware costs on UltraScale+: counts of the parts that modules are made of.
#pragma once

#include <cstdint>

namespace emamba {

struct Resources {
  std::int64_t multipliers = 0;  // em_mul instances
  std::int64_t dsp = 0;          // DSP48E2
  std::int64_t lut = 0, ff = 0;
  std::int64_t bram18 = 0;  // halves of a BRAM36

  Resources& operator+=(const Resources& other) {
    multipliers += other.multipliers;
    dsp += other.dsp;
    lut += other.lut;
    ff += other.ff;
    bram18 += other.bram18;
    return *this;
  }
  double bram36() const { return static_cast<double>(bram18) / 2; }
};

// `count` copies of a part.
Resources times(std::int64_t count, Resources one);

// The parts. Widths are in bits; look-up tables have 6 inputs.
Resources multiplier(int a_bits, int b_bits);
Resources adder(int bits);      // also a subtraction or a comparison
Resources registers(int bits);  // flip-flops
Resources delay(int bits, int depth);
Resources adder_tree(int terms, int in_bits, int out_bits);
Resources requantiser(int in_bits, int out_bits, int contexts);
Resources pwl_line(int knots, int slope_bits, int intercept_bits, int contexts);
Resources rom(std::int64_t words, int width, bool block);
Resources ram(std::int64_t words, int width);
Resources multiplexer(std::int64_t choices, int width);
// A sequencer's counters and a pipe's valid bits.
Resources control(std::int64_t steps, int depth);

// Whether a memory is better kept in block memory than in look-up tables.
bool wants_block(std::int64_t words, int width);

// The ZCU102's device, XCZU9EG (AMD data sheet DS891).
struct Device {
  const char* name;
  std::int64_t lut, ff, dsp, bram36;
};
inline constexpr Device kZcu102{"ZCU102 (XCZU9EG)", 274080, 548160, 2520, 912};

}  // namespace emamba
