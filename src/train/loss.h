// SPDX-License-Identifier: Apache-2.0
// The losses of training.
#pragma once

#include <torch/types.h>

#include "train/options.h"

namespace emamba {

// Mean over the batch of the cross-entropy between softmax(logits) and the smoothed target
// (1 - smoothing) * [class == label] + smoothing / classes. logits (B, classes), labels (B) long.
torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels,
                            double smoothing);
// Mean of the squared error. outputs, targets (B, outputs).
torch::Tensor mean_squared_error(const torch::Tensor& outputs, const torch::Tensor& targets);
// Mean over the outputs of the root of each output's mean square error over the batch.
torch::Tensor mean_rmse(const torch::Tensor& outputs, const torch::Tensor& targets);

// The one that `train.loss` names. answers: labels or targets.
torch::Tensor loss_of(const TrainSpec& train, const torch::Tensor& outputs,
                      const torch::Tensor& answers);

}  // namespace emamba
