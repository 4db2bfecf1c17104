// SPDX-License-Identifier: Apache-2.0
#include "train/loss.h"

namespace emamba {

torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels,
                            double smoothing) {
  const torch::Tensor log_p = torch::log_softmax(logits, 1);
  const torch::Tensor hit = log_p.gather(1, labels.unsqueeze(1)).mean();
  return -(1 - smoothing) * hit - smoothing * log_p.mean();
}

torch::Tensor mean_squared_error(const torch::Tensor& outputs, const torch::Tensor& targets) {
  return (outputs - targets).square().mean();
}

torch::Tensor mean_rmse(const torch::Tensor& outputs, const torch::Tensor& targets) {
  constexpr double kTiny = 1e-12;  // keeps the root's slope finite where an output is exact
  return ((outputs - targets).square().mean(0) + kTiny).sqrt().mean();
}

torch::Tensor loss_of(const TrainSpec& train, const torch::Tensor& outputs,
                      const torch::Tensor& answers) {
  switch (train.loss) {
    case Loss::kCrossEntropy:
      return cross_entropy(outputs, answers, train.label_smoothing);
    case Loss::kMse:
      return mean_squared_error(outputs, answers);
    case Loss::kRmse:
      return mean_rmse(outputs, answers);
  }
  return {};
}

}  // namespace emamba
