// SPDX-License-Identifier: Apache-2.0
#include "ir/input.h"

namespace emamba {

Tensor<float> tokens_of(const Spec& spec, const Normalisation& normalisation, const float* sample) {
  const TaskShape shape = spec.shape();
  const int height = shape.vocab > 0 ? 1 : spec.model.P;  // of a patch
  const int width = shape.vocab > 0 ? 1 : spec.model.P;
  const int channels = shape.channels;
  auto tokens = make_tensor<float>(
      {static_cast<std::size_t>(spec.L()), static_cast<std::size_t>(spec.token_width())});
  float* out = tokens.data.data();
  for (int top = 0; top < shape.height; top += height) {
    for (int left = 0; left < shape.width; left += width) {
      for (int y = top; y < top + height; ++y) {
        for (int x = left; x < left + width; ++x) {
          const float* pixel = sample + (y * shape.width + x) * channels;
          for (int c = 0; c < channels; ++c) {
            *out++ = (pixel[c] - normalisation.mean[c]) / normalisation.std[c];
          }
        }
      }
    }
  }
  return tokens;
}

}  // namespace emamba
