// SPDX-License-Identifier: Apache-2.0
// Two small tasks that need no files, for tests and first steps: the same samples on every machine.
#include <algorithm>
#include <array>

#include "base/rng.h"
#include "data/readers.h"

namespace emamba {
namespace {

constexpr std::size_t kTrainingSamples = 2048, kTestSamples = 512;

std::size_t sample_count(Part part) {
  return part == Part::kTraining ? kTrainingSamples : kTestSamples;
}
Rng generator(Part part) {
  return Rng{part == Part::kTraining ? 11u : 12u};
}

// Adds a spot of 3 x 3 pixels with this brightness at its centre somewhere in a quadrant.
void add_spot(float* image, int quadrant, int brightness, Rng& rng) {
  constexpr int kWeight[3][3] = {{1, 2, 1}, {2, 4, 2}, {1, 2, 1}};  // quarters
  const int top = 4 * (quadrant / 2) + rng.between(0, 1);
  const int left = 4 * (quadrant % 2) + rng.between(0, 1);
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 3; ++x) {
      float& pixel = image[8 * (top + y) + left + x];
      pixel = std::min(255.0f, pixel + static_cast<float>(brightness * kWeight[y][x] / 4));
    }
  }
}

}  // namespace

// 8 x 8 grey levels: noise, a bright spot in the quadrant that is the class, and a dim one in
// another.
Split synthetic_images(Part part) {
  const std::size_t n = sample_count(part);
  Rng rng = generator(part);
  Split split;
  split.inputs = make_tensor<float>({n, 8, 8, 1});
  for (std::size_t i = 0; i < n; ++i) {
    float* image = split.inputs.row(i);
    for (int p = 0; p < 64; ++p) image[p] = static_cast<float>(rng.between(0, 90));
    const int label = rng.between(0, 3);
    const int other = (label + rng.between(1, 3)) % 4;
    add_spot(image, label, rng.between(90, 160), rng);
    add_spot(image, other, rng.between(30, 80), rng);
    split.labels.push_back(label);
  }
  return split;
}

// 32 tokens of 0..15, each with probability 1/2 one of 0..3; the class is the one of 0..3 that
// occurs most often.
Split synthetic_tokens(Part part) {
  const std::size_t n = sample_count(part);
  Rng rng = generator(part);
  Split split;
  split.inputs = make_tensor<float>({n, 1, 32, 1});
  for (std::size_t i = 0; i < n; ++i) {
    float* tokens = split.inputs.row(i);
    std::array<int, 4> count;
    int most = 0;
    do {  // again when two share the first place
      count.fill(0);
      for (int t = 0; t < 32; ++t) {
        const int token = rng.below(2) ? rng.between(0, 3) : rng.between(4, 15);
        tokens[t] = static_cast<float>(token);
        if (token < 4) ++count[static_cast<std::size_t>(token)];
      }
      most = *std::max_element(count.begin(), count.end());
    } while (std::count(count.begin(), count.end(), most) > 1);
    split.labels.push_back(
        static_cast<int>(std::find(count.begin(), count.end(), most) - count.begin()));
  }
  return split;
}

}  // namespace emamba
