// SPDX-License-Identifier: Apache-2.0
#include "train/step.h"

#include <torch/cuda.h>

#include <algorithm>

#include "base/error.h"
#include "base/parallel.h"
#include "train/loss.h"

namespace emamba {
namespace {

// A part of the batch: the parameters once more, with gradients of their own.
struct Share {
  Parameters parameters;
  torch::Tensor gradients, outputs;
};

float on_cuda(const Spec& spec, Weights& weights, const torch::Tensor& tokens,
              const torch::Tensor& answers) {
  Parameters there;
  for (const auto& [name, parameter] : weights.parameters) {
    there.emplace(name, parameter.to(torch::kCUDA));  // gradients flow back through the copy
  }
  weights.gradients.zero_();
  const torch::Tensor y = forward(spec, there, tokens.to(torch::kCUDA), Kernels::kPlain);
  const torch::Tensor loss = loss_of(spec.train, y, answers.to(torch::kCUDA));
  loss.backward();
  return loss.item<float>();
}

}  // namespace

float loss_and_gradients(const Spec& spec, Weights& weights, const torch::Tensor& tokens,
                         const torch::Tensor& answers, int threads, Kernels kernels,
                         TrainDevice device) {
  if (device == TrainDevice::kCuda) return on_cuda(spec, weights, tokens, answers);
  const std::int64_t batch = tokens.size(0);
  const std::int64_t count = std::clamp<std::int64_t>(threads, 1, batch);
  std::vector<Share> shares;
  for (std::int64_t i = 0; i < count; ++i) {
    const torch::Tensor gradients = torch::zeros_like(weights.gradients);
    shares.push_back({with_gradients(weights.parameters, gradients), gradients, {}});
  }
  const auto first = [&](std::int64_t i) { return batch * i / count; };
  const auto part = [&](const torch::Tensor& all, std::int64_t i) {
    return all.narrow(0, first(i), first(i + 1) - first(i));
  };
  parallel_for(shares.size(), threads, [&](std::size_t i) {
    const auto n = static_cast<std::int64_t>(i);
    shares[i].outputs = forward(spec, shares[i].parameters, part(tokens, n), kernels);
  });
  std::vector<torch::Tensor> outputs;
  for (const Share& share : shares) outputs.push_back(share.outputs.detach());
  const torch::Tensor y = torch::cat(outputs).requires_grad_(true);
  const torch::Tensor loss = loss_of(spec.train, y, answers);
  loss.backward();
  parallel_for(shares.size(), threads, [&](std::size_t i) {
    shares[i].outputs.backward(part(y.grad(), static_cast<std::int64_t>(i)));
  });
  weights.gradients.zero_();
  for (const Share& share : shares) weights.gradients.add_(share.gradients);
  return loss.item<float>();
}

void require_cuda() {
  if (torch::cuda::is_available()) return;
  throw Error("no CUDA device: this machine has none, or this build of LibTorch cannot use it",
              "train with --device cpu");
}

}  // namespace emamba
