// SPDX-License-Identifier: Apache-2.0
// From a sample as published to the vectors that a program reads (docs/arithmetic.md, section 4).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "fx/number.h"

namespace emamba {

// Of the finite numbers of each channel.
struct Extremes {
  std::vector<float> smallest, largest;  // (channels); both empty: not known
  bool operator==(const Extremes&) const = default;
};

// Per-channel constants, computed from the training split and stored with every model: a normalised
// value is (x - mean) / std. Where extremes are known, a number that is NaN becomes 0, and one that
// is infinite, also when normalised, the extreme on its side; else they are refused.
struct Normalisation {
  std::vector<float> mean, std;  // (channels)
  Extremes saturate = {};
  bool operator==(const Normalisation&) const = default;
};

// Of a rectangle, in pixels.
struct Size {
  int height = 1, width = 1;
  bool operator==(const Size&) const = default;
};

// What a sample is, and how it becomes vectors: an array (height, width, channels) of numbers, of
// which every patch is a vector, or ids of `width` tokens (height 1, channels 1), each a vector of
// one number.
struct Input {
  int height = 1, width = 1, channels = 1;
  Size patch = {};     // divides height and width; of token ids 1 x 1
  Size overlap{0, 0};  // by which a patch reaches over each of its sides
  int vocab = 0;       // token ids lie in 0 .. vocab - 1; 0: numbers
  Normalisation normalisation = {};

  // Vectors in a sample, and numbers in a vector.
  int vectors() const { return (height / patch.height) * (width / patch.width); }
  int vector_width() const {
    return (patch.height + 2 * overlap.height) * (patch.width + 2 * overlap.width) * channels;
  }
};

// Cuts one sample (height, width, channels) into its vectors, in the sample's units. Returns
// (vectors, vector_width): patches in raster order; inside a patch row-major, channels last; where
// an overlapping patch leaves the image, the mean of the channel. Of token ids, the ids, one a row.
Tensor<float> vectors_of(const Input& input, const float* sample);

// Says where a number of a sample stands, by its position.
using PlaceOf = std::function<std::string(std::size_t)>;

// What becomes of the numbers that no sample may hold, on every way into every engine: those that
// are not finite, also when normalised, or no id of a token. Of `count` numbers, whole pixels, they
// are saturated in place where the normalisation says how, and else the first one is an Error that
// names its place, value and channel.
void make_usable(const Input& input, float* numbers, std::size_t count, const PlaceOf& place);

// (x - mean) / std of `count` numbers, in place: whole pixels, one channel after the other.
void normalise(const Input& input, float* numbers, std::size_t count);

// The vectors of one sample, made usable and normalised; where an overlapping patch leaves the
// image, 0. Throws Error as make_usable(), naming [row, column, channel].
Tensor<float> tokens_of(const Input& input, const float* sample);

// Integers of `type` for normalised vectors: round half up, saturate. The only step on
// floating-point numbers of an integer program. Throws Error when one is not finite.
Tensor<std::int32_t> quantise_tokens(const Tensor<float>& tokens, NumberType type);

}  // namespace emamba
