// SPDX-License-Identifier: Apache-2.0
#include "synth/recipe.h"

#include "base/testing.h"
#include "target/device.h"
#include "target/lattice.h"
#include "target/ultrascale.h"

namespace emamba {
namespace {

TEST(Recipe, ThereIsOneForEveryDevice) {
  for (const Device& device : devices()) {
    EXPECT_FALSE(recipe_of(*device.family).commands.empty()) << device.key;
  }
}

TEST(Recipe, CellsAreCountedAsResources) {
  EXPECT_EQ(resources_of({{"BUFG", 1},
                          {"CARRY4", 3},
                          {"DSP48E2", 5},
                          {"FDCE", 2},
                          {"FDRE", 4},
                          {"LUT2", 3},
                          {"LUT6", 6},
                          {"RAM32M16", 2},
                          {"RAMB36E2", 1},
                          {"RAMB18E2", 1},
                          {"SRL16E", 2}},
                         recipe_of(ultrascale_plus())),
            (Resources{.lut = 9 + 2 * 8 + 2,
                       .lut_memory = 2 * 8 + 2,
                       .ff = 6,
                       .dsp = 5,
                       .block = 3,
                       .carry = 3}));
  EXPECT_EQ(resources_of({{"CCU2C", 3}, {"LUT4", 5}, {"TRELLIS_DPR16X4", 2}, {"TRELLIS_FF", 7}},
                         recipe_of(ecp5())),
            (Resources{.lut = 6 + 5 + 12, .lut_memory = 12, .ff = 7, .carry = 3}));
  EXPECT_EQ(resources_of({{"SB_LUT4", 3}, {"SB_DFFESR", 4}, {"SB_DFF", 1}, {"SB_RAM40_4K", 2}},
                         recipe_of(ice40())),
            (Resources{.lut = 3, .ff = 5, .block = 2, .cells = 8}));
}

TEST(Recipe, AnUnknownTypeIsAnError) {
  expect_error(
      [] {
        resources_of({{"LUT6", 1}, {"LDCE", 3}}, recipe_of(ultrascale_plus()));
      },
      "3 cells of type LDCE");
}

}  // namespace
}  // namespace emamba
