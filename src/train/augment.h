// SPDX-License-Identifier: Apache-2.0
// Random changes to a training image that leave its answer as it is.
#pragma once

#include "base/rng.h"
#include "ir/input.h"
#include "train/options.h"

namespace emamba {

// Shifts an image by up to `train.shift` pixels in each direction, with raw zeros moving in, and
// mirrors it left-right with probability 1/2 if `train.flip`. from, to (height, width, channels),
// raw values, not overlapping. Draws from `rng` only for what is switched on.
void augment(const TrainSpec& train, const Input& shape, const float* from, float* to, Rng& rng);

}  // namespace emamba
