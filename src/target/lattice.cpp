// SPDX-License-Identifier: Apache-2.0
// What parts take of Lattice's devices. Factors were fitted to what Yosys 0.23 makes of 169 (ECP5)
// and 135 (iCE40) units of the supported models at several folds; docs/rtl.md says how well.
#include "target/lattice.h"

#include <algorithm>

#include "base/overloaded.h"

namespace emamba {
namespace {

const std::vector<BlockShape> kEcp5Blocks = {{512, 36}, {1024, 18}, {2048, 9},
                                             {4096, 4}, {8192, 2},  {16384, 1}};
const std::vector<BlockShape> kIce40Blocks = {{256, 16}, {512, 8}, {1024, 4}, {2048, 2}};

// `count` times a factor given in tenths.
std::int64_t tenths(std::int64_t factor, std::int64_t count) {
  return (factor * count + 5) / 10;
}

// Counter and valid bits with what is piped beside them.
std::int64_t control_ff(const Control& c) {
  return 2 * counter_bits(c) + 7 * c.depth;
}

// Yosys leaves the two registers outside, and drops bits that nobody sees.
std::int64_t multiplier_ff(const Multiplier& m) {
  return tenths(16, m.a_bits + m.b_bits) + (m.b_register ? m.b_bits : 0);
}

// A look-up table holds 16 words of a column, and takes `factor` tenths for it.
Resources rom(const Rom& r, const std::vector<BlockShape>& shapes, std::int64_t factor) {
  if (r.block) return {.block = blocks_of(r.words, r.width, shapes)};
  const std::int64_t columns = columns_of(r);
  return {.lut = tenths(factor, columns * ceil_div(r.words, 16)), .ff = columns};
}

namespace on_ecp5 {

// Pieces of 18 x 18 bits.
Resources multiplier(const Multiplier& m) {
  const std::int64_t dsp = ceil_div(m.a_bits, 18) * ceil_div(m.b_bits, 18);
  return {.lut = dsp > 1 ? m.a_bits + m.b_bits : 0, .ff = multiplier_ff(m), .dsp = dsp};
}

// Banks of 16 words, 4 bits in 6 look-up tables, with a choice between banks.
Resources ram(const Ram& r) {
  if (r.words == 1) return {.ff = r.width};
  if (r.block) return {.block = blocks_of(r.words, r.width, kEcp5Blocks)};
  const std::int64_t banks = ceil_div(r.words, 16), luts = 6 * ceil_div(r.width, 4) * banks;
  return {.lut = luts + (banks - 1) * r.width + 11 * banks, .lut_memory = luts};
}

Resources part(const Part& part) {
  return std::visit(
      Overloaded{
          [](const Multiplier& p) { return multiplier(p); },
          [](const MultiplierPair& p) {
            return times(2, multiplier({p.a_bits, p.b_bits}));
          },
          [](const Adder& p) { return Resources{.lut = p.bits}; },
          [](const Register& p) { return Resources{.lut = tenths(1, p.bits), .ff = p.bits}; },
          [](const Delay& p) { return Resources{.ff = p.bits * p.depth}; },
          [](const Multiplexer& p) {
            return Resources{.lut = ceil_div(2 * p.bits * (p.choices - 1), 3)};
          },
          [](const Choice& p) { return Resources{.lut = 2 * p.bits}; },
          [](const Logic& p) { return Resources{.lut = tenths(15, p.bits)}; },
          [](const Requantiser& p) {
            return Resources{.lut = p.in_bits > p.out_bits ? 2 * p.contexts * p.out_bits : 0};
          },
          [](const PwlLine& p) {
            return Resources{.lut = tenths(19, p.contexts * p.knots * p.in_bits)};
          },
          [](const Rom& p) { return rom(p, kEcp5Blocks, p.smooth ? 8 : 12); },
          [](const Ram& p) { return ram(p); },
          [](const Control& p) {
            return Resources{.lut = 6 * counter_bits(p) + 8 * p.depth, .ff = control_ff(p)};
          }},
      part);
}

}  // namespace on_ecp5

namespace on_ice40 {

// Rows of additions (rtl/tech/ice40/em_mul.sv), half of them behind a register, and the product.
Resources multiplier(const Multiplier& m) {
  return {.lut = m.a_bits * m.b_bits + m.a_bits + m.b_bits - 1,
          .ff = 2 * (m.a_bits + m.b_bits) + std::max(m.a_bits, m.b_bits) +
                (m.b_register ? m.b_bits : 0)};
}

// Block memory, which takes the read address, a register, if Yosys finds it cheaper: as 64
// flip-flops. It reads what was written in the same cycle late, so that word goes around it. Else
// flip-flops, and a choice between them.
Resources ram(const Ram& r) {
  if (r.words == 1) return {.ff = r.width};
  if (r.block) return {.block = blocks_of(r.words, r.width, kIce40Blocks)};
  const std::int64_t bits = r.words * r.width;
  const std::int64_t blocks = blocks_of(r.words, r.width, kIce40Blocks);
  if (bits > 64 * blocks) {
    return {.lut = 2 * r.width, .ff = 2 * r.width, .block = blocks};
  }
  return {.lut = tenths(7, bits) + tenths(25, r.words), .ff = bits};
}

Resources lut_and_ff(const Part& part) {
  return std::visit(
      Overloaded{
          [](const Multiplier& p) { return multiplier(p); },
          [](const MultiplierPair& p) {
            return times(2, multiplier({p.a_bits, p.b_bits}));
          },
          [](const Adder& p) { return Resources{.lut = p.bits}; },
          [](const Register& p) { return Resources{.lut = tenths(5, p.bits), .ff = p.bits}; },
          [](const Delay& p) { return Resources{.ff = p.bits * p.depth}; },
          [](const Multiplexer&) { return Resources{}; },  // drowned by what is before it
          [](const Choice& p) { return Resources{.lut = p.bits}; },
          [](const Logic& p) { return Resources{.lut = 2 * p.bits}; },
          [](const Requantiser& p) {
            return Resources{.lut = p.contexts * std::max(0, p.in_bits - p.out_bits)};
          },
          [](const PwlLine& p) {
            return Resources{.lut = tenths(7, p.contexts * p.knots * p.in_bits)};
          },
          [](const Rom& p) { return rom(p, kIce40Blocks, p.smooth ? 12 : 17); },
          [](const Ram& p) { return ram(p); },
          [](const Control& p) {
            return Resources{.lut = 3 * counter_bits(p) + 2 * p.depth, .ff = control_ff(p)};
          }},
      part);
}

// As if no look-up table stood before the flip-flop of its cell: where most are memories, few do.
Resources part(const Part& part) {
  Resources taken = lut_and_ff(part);
  taken.cells = taken.lut + taken.ff;
  return taken;
}

}  // namespace on_ice40

}  // namespace

const Family& ecp5() {
  static const Family family{.name = "ECP5",
                             .kinds = {{"dsp", "MULT18X18D", &Resources::dsp},
                                       {"lut", "LUT4", &Resources::lut},
                                       {"ff", "FF", &Resources::ff},
                                       {"ebr", "EBR", &Resources::block}},
                             .details = {{"lut_memory", "LUT4 as memory", &Resources::lut_memory},
                                         {"ccu2c", "CCU2C", &Resources::carry},
                                         {"mux", "PFUMX and L6MUX21", &Resources::mux}},
                             .rule = {},
                             .part = on_ecp5::part};
  return family;
}

const Family& ice40() {
  static const Family family{
      .name = "iCE40",
      .kinds = {{"lc", "logic cells", &Resources::cells}, {"ebr", "EBR", &Resources::block}},
      .details = {{"lut", "LUT4", &Resources::lut},
                  {"ff", "FF", &Resources::ff},
                  {"carry", "SB_CARRY", &Resources::carry}},
      .rule = {.words = 128, .bits = 4096},
      .part = on_ice40::part};
  return family;
}

}  // namespace emamba
