// SPDX-License-Identifier: Apache-2.0
#include "ir/input.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace emamba {
namespace {

// 8 x 8 pixels of one channel, numbered from 1.
Tensor<float> tokens_with_overlap(int overlap) {
  Input input{.height = 8, .width = 8, .patch = {4, 4}, .overlap = {overlap, overlap}};
  input.normalisation = {.mean = {1}, .std = {0.5}};
  std::vector<float> pixels(64);
  std::iota(pixels.begin(), pixels.end(), 1.0f);
  return tokens_of(input, pixels.data());
}

TEST(Input, PatchesAreRasterOrderedAndNormalised) {
  const Tensor<float> tokens = tokens_with_overlap(0);
  EXPECT_EQ(tokens.shape, (std::vector<std::size_t>{4, 16}));
  EXPECT_EQ(tokens.row(0)[0], 0);        // pixel (0, 0): (1 - 1) / 0.5
  EXPECT_EQ(tokens.row(0)[4], 2 * 8);    // pixel (1, 0)
  EXPECT_EQ(tokens.row(1)[0], 2 * 4);    // pixel (0, 4)
  EXPECT_EQ(tokens.row(3)[15], 2 * 63);  // pixel (7, 7)
}

TEST(Input, OverlappingPatchesReachOverTheirNeighboursAndSeeZerosOffTheImage) {
  const Tensor<float> tokens = tokens_with_overlap(1);
  EXPECT_EQ(tokens.shape, (std::vector<std::size_t>{4, 36}));
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(tokens.row(0)[i], 0);      // the row above the image
    EXPECT_EQ(tokens.row(0)[6 * i], 0);  // the column left of it
  }
  EXPECT_EQ(tokens.row(0)[7], 0);            // pixel (0, 0)
  EXPECT_EQ(tokens.row(0)[35], 2 * 36);      // pixel (4, 4), of the patch right below
  EXPECT_EQ(tokens.row(3)[0], 2 * 27);       // pixel (3, 3), of the patch left above
  EXPECT_EQ(tokens.row(3)[4 * 6 + 4], 126);  // pixel (7, 7)
}

}  // namespace
}  // namespace emamba
