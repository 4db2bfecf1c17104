// SPDX-License-Identifier: Apache-2.0
// What parts take of UltraScale+.
#include "target/ultrascale.h"

#include <algorithm>

#include "base/overloaded.h"
#include "fx/number.h"

namespace emamba {
namespace {

Resources multiplier(const Multiplier& m) {
  const int wide = std::max(m.a_bits, m.b_bits), narrow = std::min(m.a_bits, m.b_bits);
  if (wide <= 27 && narrow <= 18) return {.dsp = 1};
  // Pieces of 24 x 17 bits, and the registers that then lie outside.
  return {.lut = wide + narrow,
          .ff = 2 * (wide + narrow) + (m.b_register ? m.b_bits : 0),
          .dsp = ceil_div(wide, 24) * ceil_div(narrow, 17)};
}

// One DSP48E2 where the products lie side by side (rtl/tech/xilinx/em_mul_pair.sv).
Resources multiplier_pair(const MultiplierPair& m) {
  if (m.a_bits + m.b_bits <= 18 && m.b_bits <= 8) return {.dsp = 1};
  return times(2, multiplier({m.a_bits, m.b_bits}));
}

// A shift register longer than two takes look-up tables of 32 stages.
Resources delay(const Delay& d) {
  if (d.depth <= 2) return {.ff = d.bits * d.depth};
  const std::int64_t luts = d.bits * ceil_div(d.depth, 32);
  return {.lut = luts, .lut_memory = luts};
}

// Rounding takes the carry chain alone, for half is a constant. Saturation takes a look-up table a
// bit and one for every six bits that must be like the sign. A shift to the left takes nothing.
Resources requantiser(const Requantiser& r) {
  const int cut = r.in_bits - r.out_bits;
  const int one = cut > 0 ? r.out_bits + 1 + cut / 6 : 0;
  return {.lut = r.contexts * one + (r.contexts - 1) * r.out_bits};
}

// Functions of 8 bits: up to four look-up tables a bit, on average fewer than that.
Resources pwl_line(const PwlLine& p) {
  const std::int64_t bits = p.slope_bits + p.intercept_bits;
  return {.lut = p.contexts * bits * std::min(24, 6 + p.knots) / 10};
}

// 512 words of 36 bits in 18 Kbit; deeper memories are narrower.
Resources block_memory(std::int64_t words, std::int64_t width) {
  const std::int64_t deep = std::max<std::int64_t>(512, std::int64_t{1} << fx::ceil_log2(words));
  const std::int64_t bits = std::max<std::int64_t>(1, 36 * 512 / deep);
  return {.block = deep > 18432 ? width * ceil_div(words, 18432) : ceil_div(width, bits)};
}

Resources rom(const Rom& r) {
  if (r.block) return block_memory(r.words, r.width);
  // A look-up table for 64 words, and from 257 on more that choose between them. The output is
  // registered.
  const std::int64_t columns = columns_of(r);
  const std::int64_t choosing = r.words > 256 ? ceil_div(r.words, 256) : 0;
  return {.lut = columns * (ceil_div(r.words, 64) + choosing), .ff = columns};
}

// Simple dual-port memories of look-up tables: 14 bits of 32 words in 8, 7 bits of 64 words in 8.
Resources ram(const Ram& r) {
  if (r.words == 1) return {.ff = r.width};
  if (r.block) return block_memory(r.words, r.width);
  const std::int64_t luts =
      r.words <= 32 ? 8 * ceil_div(r.width, 14) : ceil_div(r.words, 64) * 8 * ceil_div(r.width, 7);
  const std::int64_t choice = r.words > 64 ? r.width * ceil_div(r.words, 256) : 0;
  return {.lut = luts + choice, .lut_memory = luts};
}

Resources control(const Control& c) {
  const int counter = counter_bits(c);
  return {.lut = 3 * counter + 4, .ff = 2 * counter + 2 * c.depth};
}

Resources part(const Part& part) {
  return std::visit(
      Overloaded{[](const Multiplier& p) { return multiplier(p); },
                 [](const MultiplierPair& p) { return multiplier_pair(p); },
                 [](const Adder& p) { return Resources{.lut = p.bits}; },
                 [](const Register& p) { return Resources{.ff = p.bits}; },
                 [](const Delay& p) { return delay(p); },
                 [](const Multiplexer& p) {
                   return Resources{.lut = p.bits * ceil_div(p.choices - 1, 3)};
                 },
                 [](const Choice& p) { return Resources{.lut = p.bits / 2}; },
                 [](const Logic& p) { return Resources{.lut = p.bits}; },
                 [](const Requantiser& p) { return requantiser(p); },
                 [](const PwlLine& p) { return pwl_line(p); }, [](const Rom& p) { return rom(p); },
                 [](const Ram& p) { return ram(p); }, [](const Control& p) { return control(p); }},
      part);
}

}  // namespace

const Family& ultrascale_plus() {
  static const Family family{.name = "UltraScale+",
                             .kinds = {{"dsp", "DSP48E2", &Resources::dsp},
                                       {"lut", "LUT", &Resources::lut},
                                       {"ff", "FF", &Resources::ff},
                                       {"bram36", "BRAM36", &Resources::block, 2}},
                             .details = {{"lut_memory", "LUT as memory", &Resources::lut_memory},
                                         {"carry8", "CARRY8", &Resources::carry, 2},
                                         {"mux", "MUXF", &Resources::mux},
                                         {"uram", "URAM", &Resources::large}},
                             .rule = {},
                             .part = part};
  return family;
}

}  // namespace emamba
