// SPDX-License-Identifier: Apache-2.0
#include "ir/input.h"

namespace emamba {

Tensor<float> tokens_of(const Spec& spec, const Normalisation& normalisation, const float* sample) {
  const TaskShape shape = spec.shape();
  const bool image = shape.vocab == 0;
  const int height = image ? spec.model.P : 1, width = image ? spec.model.P : 1;  // of a patch
  const int over = image ? spec.model.overlap : 0;
  const int channels = shape.channels;
  auto tokens = make_tensor<float>(
      {static_cast<std::size_t>(spec.L()), static_cast<std::size_t>(spec.token_width())});
  float* out = tokens.data.data();
  for (int top = 0; top < shape.height; top += height) {
    for (int left = 0; left < shape.width; left += width) {
      for (int y = top - over; y < top + height + over; ++y) {
        for (int x = left - over; x < left + width + over; ++x, out += channels) {
          if (y < 0 || y >= shape.height || x < 0 || x >= shape.width) continue;  // stays 0
          const float* pixel = sample + (y * shape.width + x) * channels;
          for (int c = 0; c < channels; ++c) {
            out[c] = (pixel[c] - normalisation.mean[c]) / normalisation.std[c];
          }
        }
      }
    }
  }
  return tokens;
}

}  // namespace emamba
