// SPDX-License-Identifier: Apache-2.0
// Cutting, normalising and rounding of samples.
#include "ir/input.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace emamba {
namespace {

bool is_usable(const Input& input, float x, std::size_t channel) {
  const Normalisation& n = input.normalisation;
  if (input.vocab > 0) {
    return x >= 0 && x < static_cast<float>(input.vocab) && x == std::floor(x);
  }
  return std::isfinite((x - n.mean[channel]) / n.std[channel]);
}

[[noreturn]] void refuse(const Input& input, float x, const std::string& place,
                         std::size_t channel) {
  if (input.vocab > 0) {
    throw Error(
        fmt::format("{} is {}, token ids are whole numbers 0 .. {}", place, x, input.vocab - 1),
        "use the vocabulary that the model was trained with");
  }
  throw Error(fmt::format("{} is {}, in channel {}", place, x, channel),
              std::isfinite(x)
                  ? "it is too large to be normalised"
                  : "replace or leave out what is not finite; a model of own data that "
                    "is trained with data.nonfinite = \"saturate\" takes it");
}

}  // namespace

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

void make_usable(const Input& input, float* numbers, std::size_t count, const PlaceOf& place) {
  const auto& [mean, std, saturate] = input.normalisation;
  const std::size_t channels = mean.size();
  for (std::size_t i = 0; i < count; i += channels) {
    for (std::size_t c = 0; c < channels; ++c) {
      float& x = numbers[i + c];
      if (is_usable(input, x, c)) continue;
      if (saturate.largest.empty()) refuse(input, x, place(i + c), c);
      x = std::isnan(x) ? 0 : (x > mean[c] ? saturate.largest : saturate.smallest)[c];
    }
  }
}

void normalise(const Input& input, float* numbers, std::size_t count) {
  const Normalisation& n = input.normalisation;
  const std::size_t channels = n.mean.size();
  for (const float* end = numbers + count; numbers < end; numbers += channels) {
    for (std::size_t c = 0; c < channels; ++c) numbers[c] = (numbers[c] - n.mean[c]) / n.std[c];
  }
}

Tensor<float> tokens_of(const Input& input, const float* sample) {
  const auto size = [](int n) { return static_cast<std::size_t>(n); };
  const std::vector<std::size_t> shape = {size(input.height), size(input.width),
                                          size(input.channels)};
  std::vector<float> usable(sample, sample + shape[0] * shape[1] * shape[2]);
  make_usable(input, usable.data(), usable.size(), [&](std::size_t i) {
    return fmt::format("[{}]", fmt::join(index_of(shape, i), ", "));
  });
  Tensor<float> tokens = vectors_of(input, usable.data());
  normalise(input, tokens.data.data(), tokens.size());
  return tokens;
}

Tensor<std::int32_t> quantise_tokens(const Tensor<float>& tokens, NumberType type) {
  Tensor<std::int32_t> result{tokens.shape, std::vector<std::int32_t>(tokens.size())};
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const float x = tokens.data[i];
    if (!std::isfinite(x)) {
      throw Error(fmt::format("[{}] of the normalised vectors is {}",
                              fmt::join(index_of(tokens.shape, i), ", "), x),
                  "replace or leave out what is not finite");
    }
    result.data[i] = static_cast<std::int32_t>(fx::quantise(x, type));
  }
  return result;
}

}  // namespace emamba
