// SPDX-License-Identifier: Apache-2.0
// What parts take of Lattice's devices, by hand.
#include "target/lattice.h"

#include <gtest/gtest.h>

namespace emamba {
namespace {

Resources on_ecp5(const Part& part) {
  return ecp5().part(part);
}
Resources on_ice40(const Part& part) {
  return ice40().part(part);
}

TEST(Lattice, MultipliersAreBlocksOrLookUpTables) {
  EXPECT_EQ(on_ecp5(MultiplierPair{8, 8}), times(2, on_ecp5(Multiplier{8, 8})));
  EXPECT_EQ(on_ecp5(Multiplier{8, 18}), (Resources{.ff = 42, .dsp = 1}));
  EXPECT_EQ(on_ecp5(Multiplier{13, 22}), (Resources{.lut = 35, .ff = 56, .dsp = 2}));
  EXPECT_EQ(on_ice40(Multiplier{8, 8}), (Resources{.lut = 79, .ff = 40, .cells = 119}));
  EXPECT_EQ(on_ice40(Multiplier{8, 17, true}).ff, 2 * 25 + 17 + 17);
  EXPECT_EQ(on_ecp5(Multiplier{8, 18, true}).ff, 42 + 18);
}

TEST(Lattice, MemoriesThatAreRead) {
  // 18 Kbit in six shapes, 4 Kbit in four.
  EXPECT_EQ(on_ecp5(Rom{512, 36, true}), (Resources{.block = 1}));
  EXPECT_EQ(on_ecp5(Rom{1470, 64, true}), (Resources{.block = 6}));
  EXPECT_EQ(on_ecp5(Rom{2400, 8, true}), (Resources{.block = 2}));
  EXPECT_EQ(on_ice40(Rom{256, 16, true}), (Resources{.block = 1}));
  EXPECT_EQ(on_ice40(Rom{640, 8, true}), (Resources{.block = 2}));
  EXPECT_EQ(on_ecp5(Rom{100, 20}), (Resources{.lut = 168, .ff = 20}));
  EXPECT_EQ(on_ice40(Rom{100, 20}), (Resources{.lut = 238, .ff = 20, .cells = 258}));
}

TEST(Lattice, MemoriesThatAreWritten) {
  EXPECT_EQ(on_ecp5(Ram{16, 8}), (Resources{.lut = 12 + 11, .lut_memory = 12}));
  EXPECT_EQ(on_ecp5(Ram{17, 8}), (Resources{.lut = 24 + 8 + 22, .lut_memory = 24}));
  EXPECT_EQ(on_ice40(Ram{16, 8}), (Resources{.lut = 16, .ff = 16, .block = 1, .cells = 32}));
  EXPECT_EQ(on_ice40(Ram{4, 8}), (Resources{.lut = 22 + 10, .ff = 32, .cells = 64}));
  EXPECT_EQ(on_ice40(Ram{8, 8}).block, 0) << "64 bits, as dear as a block";
  EXPECT_EQ(on_ice40(Ram{1, 8}), (Resources{.ff = 8, .cells = 8}));
}

TEST(Lattice, NothingComesOfNoWork) {
  EXPECT_EQ(on_ecp5(Requantiser{8, 8}), Resources{});
  EXPECT_EQ(on_ice40(Requantiser{8, 8}), Resources{});
  EXPECT_EQ(on_ecp5(Multiplexer{1, 8}), Resources{});
}

}  // namespace
}  // namespace emamba
