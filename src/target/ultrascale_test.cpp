// SPDX-License-Identifier: Apache-2.0
// What parts take of UltraScale+, by hand.
#include "target/ultrascale.h"

#include <gtest/gtest.h>

namespace emamba {
namespace {

Resources of(const Part& part) {
  return ultrascale_plus().part(part);
}

TEST(Ultrascale, AMultiplierIsADspWhileItsOperandsFit) {
  EXPECT_EQ(of(Multiplier{8, 8}), (Resources{.dsp = 1}));
  EXPECT_EQ(of(Multiplier{18, 27}), (Resources{.dsp = 1}));
  EXPECT_EQ(of(Multiplier{28, 19}), (Resources{.lut = 47, .ff = 94, .dsp = 4}));
}

TEST(Ultrascale, TwoProductsThatShareAnOperandAreADspWhileTheyLieSideBySide) {
  EXPECT_EQ(of(MultiplierPair{8, 8}), (Resources{.dsp = 1}));
  EXPECT_EQ(of(MultiplierPair{10, 8}), (Resources{.dsp = 1}));
  EXPECT_EQ(of(MultiplierPair{11, 8}), (Resources{.dsp = 2}));
  EXPECT_EQ(of(MultiplierPair{8, 9}), (Resources{.dsp = 2}));
}

TEST(Ultrascale, ALongDelayIsAShiftRegister) {
  EXPECT_EQ(of(Delay{10, 2}), (Resources{.ff = 20}));
  EXPECT_EQ(of(Delay{10, 3}), (Resources{.lut = 10, .lut_memory = 10}));
  EXPECT_EQ(of(Delay{10, 33}), (Resources{.lut = 20, .lut_memory = 20}));
}

TEST(Ultrascale, Memories) {
  // 14 bits of 32 words, 7 bits of 64 words are eight look-up tables.
  EXPECT_EQ(of(Ram{1, 40}), (Resources{.ff = 40}));
  EXPECT_EQ(of(Ram{32, 28}), (Resources{.lut = 16, .lut_memory = 16}));
  EXPECT_EQ(of(Ram{64, 28}), (Resources{.lut = 32, .lut_memory = 32}));
  EXPECT_EQ(of(Ram{100, 28}), (Resources{.lut = 64 + 28, .lut_memory = 64}));
  // 512 words of 36 bits are half a BRAM36, 1,024 words of 18.
  EXPECT_EQ(of(Rom{512, 72, true}), (Resources{.block = 2}));
  EXPECT_EQ(of(Rom{513, 72, true}), (Resources{.block = 4}));
  EXPECT_EQ(of(Rom{40000, 3, true}), (Resources{.block = 9}));
  EXPECT_EQ(of(Rom{100, 21}), (Resources{.lut = 21 * 2, .ff = 21}));
  EXPECT_EQ(of(Rom{.words = 256, .width = 21, .smooth = true}), (Resources{.lut = 84, .ff = 21}));
  // Of one word, all columns are one of two constants.
  EXPECT_EQ(of(Rom{1, 1000}), (Resources{.lut = 2, .ff = 2}));
}

TEST(Ultrascale, Logic) {
  EXPECT_EQ(of(Requantiser{24, 8}), (Resources{.lut = 8 + 1 + 2}));
  EXPECT_EQ(of(Requantiser{24, 8, 2}), (Resources{.lut = 2 * 11 + 8}));
  EXPECT_EQ(of(Requantiser{8, 8}), Resources{});
  EXPECT_EQ(of(Multiplexer{1, 8}), Resources{});
  EXPECT_EQ(of(Multiplexer{4, 8}), (Resources{.lut = 8}));
  EXPECT_EQ(of(Choice{9}), (Resources{.lut = 4}));
  EXPECT_EQ(of(Control{100, 5}), (Resources{.lut = 25, .ff = 24}));
}

TEST(Ultrascale, PartsAreSummed) {
  Parts parts;
  parts.add(Multiplier{8, 8}, 10);
  parts.add(Adder{20}, 3);
  parts.add(Register{7});
  EXPECT_EQ(resources_of(parts, ultrascale_plus()), (Resources{.lut = 60, .ff = 7, .dsp = 10}));
}

}  // namespace
}  // namespace emamba
