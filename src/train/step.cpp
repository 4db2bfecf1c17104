// SPDX-License-Identifier: Apache-2.0
#include "train/step.h"

#include <torch/cuda.h>

#include <algorithm>

#include "base/error.h"
#include "base/parallel.h"
#include "train/loss.h"
#include "train/runtime.h"

namespace emamba {

Step::Step(const Program& network, const TrainSpec& train, Weights& weights, int threads,
           Kernels kernels, TrainDevice device)
    : train_(train),
      graph_(network, device == TrainDevice::kCuda ? Kernels::kPlain : kernels),
      weights_(weights),
      device_(device) {
  shares_.push_back({weights.parameters, weights.gradients, {}});
  for (int i = 1; i < threads; ++i) {
    const torch::Tensor gradients = torch::empty_like(weights.gradients);
    shares_.push_back({with_gradients(weights.parameters, gradients), gradients, {}});
  }
}

float Step::operator()(const torch::Tensor& tokens, const torch::Tensor& answers,
                       std::uint64_t seed) {
  if (device_ == TrainDevice::kCuda) return on_cuda(tokens, answers);
  const std::int64_t batch = tokens.size(0);
  const auto count = std::min(static_cast<std::int64_t>(shares_.size()), batch);
  const auto first = [&](std::int64_t i) { return batch * i / count; };
  const auto part = [&](const torch::Tensor& all, std::int64_t i) {
    return all.narrow(0, first(i), first(i + 1) - first(i));
  };
  const auto for_shares = [&](const auto& work) {
    parallel_for(static_cast<std::size_t>(count), static_cast<int>(count), [&](std::size_t i) {
      const FlushDenormals flush;
      work(shares_[i], static_cast<std::int64_t>(i));
    });
  };
  for_shares([&](Share& share, std::int64_t i) {
    share.gradients.zero_();
    // Every share is a batch of its own to a batch norm; the first one's moves what is stored.
    Dropout dropout{train_.dropout, Rng{seed + static_cast<std::uint64_t>(i)}};
    share.outputs = graph_.forward(share.parameters, part(tokens, i),
                                   i == 0 ? Statistics::kMoving : Statistics::kBatch,
                                   train_.dropout > 0 ? &dropout : nullptr);
  });
  std::vector<torch::Tensor> outputs;
  for (std::int64_t i = 0; i < count; ++i) {
    outputs.push_back(shares_[static_cast<std::size_t>(i)].outputs.detach());
  }
  const torch::Tensor y = torch::cat(outputs).requires_grad_(true);
  const torch::Tensor loss = loss_of(train_, y, answers);
  loss.backward();
  for_shares([&](Share& share, std::int64_t i) {
    share.outputs.backward(part(y.grad(), i));
    share.outputs.reset();  // with all that the backward pass needed
  });
  for (std::int64_t i = 1; i < count; ++i) {
    weights_.gradients.add_(shares_[static_cast<std::size_t>(i)].gradients);
  }
  return loss.item<float>();
}

float Step::on_cuda(const torch::Tensor& tokens, const torch::Tensor& answers) {
  Parameters there;
  for (const auto& [name, parameter] : weights_.parameters) {
    there.emplace(name, parameter.to(torch::kCUDA));  // gradients flow back through the copy
  }
  weights_.gradients.zero_();
  const torch::Tensor y = graph_.forward(there, tokens.to(torch::kCUDA), Statistics::kMoving);
  for (auto& [name, parameter] : weights_.parameters) {
    if (name.ends_with(".mean") || name.ends_with(".variance")) {
      parameter.detach().copy_(there.at(name).detach());
    }
  }
  const torch::Tensor loss = loss_of(train_, y, answers.to(torch::kCUDA));
  loss.backward();
  return loss.item<float>();
}

void require_cuda() {
  if (torch::cuda::is_available()) return;
  throw Error("no CUDA device: this machine has none, or this build of LibTorch cannot use it",
              "train with --device cpu", ErrorKind::kMissing);
}

}  // namespace emamba
