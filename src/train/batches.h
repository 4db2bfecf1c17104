// SPDX-License-Identifier: Apache-2.0
// Batches of tokens from a split.
#pragma once

#include <torch/types.h>

#include <cstddef>
#include <functional>
#include <span>

#include "base/rng.h"
#include "data/dataset.h"
#include "ir/input.h"
#include "train/options.h"

namespace emamba {

// Vectors of the named samples, normalised: (samples, vectors, vector_width). With an `augment_rng`
// each sample is first augmented as `train` says. Tokens are cut anew each time: that costs two per
// cent of a training step, and keeping them would double the memory.
torch::Tensor token_batch(const Input& input, const TrainSpec& train, const Split& split,
                          std::span<const std::size_t> samples, Rng* augment_rng);

// Their answers: labels (samples) as integers, or targets (samples, outputs).
torch::Tensor answer_batch(const Split& split, std::span<const std::size_t> samples);

// The answers to a whole split, (samples, outputs), on `threads` threads: `forward` says those of a
// batch of tokens, and needs no gradients.
Tensor<float> answers_by_batch(
    const Input& input, const TrainSpec& train, const Split& split, int outputs, int threads,
    const std::function<torch::Tensor(const torch::Tensor& tokens)>& forward);

}  // namespace emamba
