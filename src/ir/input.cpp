// SPDX-License-Identifier: Apache-2.0
// Cutting, normalising and rounding of samples.
#include "ir/input.h"

#include <algorithm>
#include <cmath>

namespace emamba {

Tensor<float> vectors_of(const Input& input, const float* sample) {
  const auto [patch_height, patch_width] = input.patch;
  const auto [over_y, over_x] = input.overlap;
  const std::vector<float>& mean = input.normalisation.mean;
  const int channels = input.channels;
  auto vectors = make_tensor<float>(
      {static_cast<std::size_t>(input.vectors()), static_cast<std::size_t>(input.vector_width())});
  float* out = vectors.data.data();
  for (int top = 0; top < input.height; top += patch_height) {
    for (int left = 0; left < input.width; left += patch_width) {
      for (int y = top - over_y; y < top + patch_height + over_y; ++y) {
        for (int x = left - over_x; x < left + patch_width + over_x; ++x, out += channels) {
          const bool inside = y >= 0 && y < input.height && x >= 0 && x < input.width;
          const float* pixel = inside ? sample + (y * input.width + x) * channels : mean.data();
          std::copy_n(pixel, channels, out);
        }
      }
    }
  }
  return vectors;
}

std::optional<std::size_t> first_unusable(const Input& input, const float* numbers,
                                          std::size_t count) {
  const Normalisation& n = input.normalisation;
  const std::size_t channels = n.mean.size();
  for (std::size_t i = 0; i < count; i += channels) {
    for (std::size_t c = 0; c < channels; ++c) {
      const float x = numbers[i + c];
      const bool usable = input.vocab > 0
                              ? x >= 0 && x < static_cast<float>(input.vocab) && x == std::floor(x)
                              : std::isfinite((x - n.mean[c]) / n.std[c]);
      if (!usable) return i + c;
    }
  }
  return {};
}

void normalise(const Input& input, float* numbers, std::size_t count) {
  const Normalisation& n = input.normalisation;
  const std::size_t channels = n.mean.size();
  for (const float* end = numbers + count; numbers < end; numbers += channels) {
    for (std::size_t c = 0; c < channels; ++c) numbers[c] = (numbers[c] - n.mean[c]) / n.std[c];
  }
}

Tensor<float> tokens_of(const Input& input, const float* sample) {
  Tensor<float> tokens = vectors_of(input, sample);
  normalise(input, tokens.data.data(), tokens.size());
  return tokens;
}

Tensor<std::int32_t> quantise_tokens(const Tensor<float>& tokens, NumberType type) {
  Tensor<std::int32_t> result{tokens.shape, std::vector<std::int32_t>(tokens.size())};
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    result.data[i] = static_cast<std::int32_t>(fx::quantise(tokens.data[i], type));
  }
  return result;
}

}  // namespace emamba
