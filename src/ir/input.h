// SPDX-License-Identifier: Apache-2.0
// From a sample as published to the tokens a model reads.
#pragma once

#include <vector>

#include "base/tensor.h"
#include "ir/spec.h"

namespace emamba {

// Per-channel constants, computed from the training split and stored with every model: a normalised
// value is (x - mean) / std.
struct Normalisation {
  std::vector<float> mean, std;  // (channels)
  bool operator==(const Normalisation&) const = default;
};

// Cuts one sample (height, width, channels) into its tokens, normalised.
// Returns (L, token_width): patches in raster order; inside a patch row-major, channels last; where
// an overlapping patch leaves the image, 0. For token tasks, the ids, one a row.
Tensor<float> tokens_of(const Spec& spec, const Normalisation& normalisation, const float* sample);

}  // namespace emamba
