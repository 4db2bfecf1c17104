// SPDX-License-Identifier: Apache-2.0
#include "train/augment.h"

#include <algorithm>

namespace emamba {

void augment(const TrainSpec& train, const Input& shape, const float* from, float* to, Rng& rng) {
  const int down = train.shift > 0 ? rng.between(-train.shift, train.shift) : 0;
  const int right = train.shift > 0 ? rng.between(-train.shift, train.shift) : 0;
  const bool mirror = train.flip && rng.below(2) == 1;
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 0; x < shape.width; ++x, to += shape.channels) {
      const int from_y = y - down;
      const int shifted_x = x - right;
      const int from_x = mirror ? shape.width - 1 - shifted_x : shifted_x;
      if (from_y < 0 || from_y >= shape.height || from_x < 0 || from_x >= shape.width) {
        std::fill(to, to + shape.channels, 0.0f);
      } else {
        const float* pixel = from + (from_y * shape.width + from_x) * shape.channels;
        std::copy(pixel, pixel + shape.channels, to);
      }
    }
  }
}

}  // namespace emamba
