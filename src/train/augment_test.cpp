// SPDX-License-Identifier: Apache-2.0
#include "train/augment.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace emamba {
namespace {

const Input kShape{.height = 3, .width = 4, .channels = 2};

std::vector<float> image() {
  std::vector<float> pixels(3 * 4 * 2);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<float>(i + 1);
  return pixels;
}

// The image moved by (down, right), after mirroring.
std::vector<float> moved(int down, int right, bool mirror) {
  const std::vector<float> from = image();
  std::vector<float> to(from.size(), 0.0f);
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 4; ++x) {
      const int ty = y + down, tx = (mirror ? 3 - x : x) + right;
      if (ty < 0 || ty >= 3 || tx < 0 || tx >= 4) continue;
      for (int c = 0; c < 2; ++c) to[(ty * 4 + tx) * 2 + c] = from[(y * 4 + x) * 2 + c];
    }
  }
  return to;
}

TEST(Augment, GivesExactlyTheShiftedAndMirroredImages) {
  TrainSpec train;
  train.shift = 1;
  train.flip = true;
  std::set<std::vector<float>> expected, seen;
  for (int down = -1; down <= 1; ++down) {
    for (int right = -1; right <= 1; ++right) {
      expected.insert(moved(down, right, false));
      expected.insert(moved(down, right, true));
    }
  }
  Rng rng{70};
  for (int i = 0; i < 500; ++i) {
    std::vector<float> to(24, -1.0f);
    augment(train, kShape, image().data(), to.data(), rng);
    seen.insert(to);
  }
  EXPECT_EQ(expected.size(), 18u);
  EXPECT_EQ(seen, expected);
}

TEST(Augment, ChangesNothingAndDrawsNothingWhenSwitchedOff) {
  Rng rng{71};
  std::vector<float> to(24, -1.0f);
  augment(TrainSpec{}, kShape, image().data(), to.data(), rng);
  EXPECT_EQ(to, image());
  EXPECT_EQ(rng.state, 71u);
}

}  // namespace
}  // namespace emamba
