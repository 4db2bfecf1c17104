// SPDX-License-Identifier: Apache-2.0
#include "train/batches.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/error.h"
#include "base/parallel.h"
#include "train/augment.h"

namespace emamba {

torch::Tensor token_batch(const Input& input, const TrainSpec& train, const Split& split,
                          std::span<const std::size_t> samples, Rng* augment_rng) {
  torch::Tensor batch = torch::empty(
      {static_cast<std::int64_t>(samples.size()), input.vectors(), input.vector_width()});
  float* to = batch.data_ptr<float>();
  const bool augmented = augment_rng != nullptr && (train.shift > 0 || train.flip);
  std::vector<float> image(static_cast<std::size_t>(input.height) * input.width * input.channels);
  for (const std::size_t i : samples) {
    const float* raw = split.inputs.row(i);
    if (augmented) {
      augment(train, input, raw, image.data(), *augment_rng);
      raw = image.data();
    }
    try {
      const Tensor<float> tokens = tokens_of(input, raw);
      to = std::copy(tokens.data.begin(), tokens.data.end(), to);
    } catch (const Error& e) {
      throw Error(fmt::format("split {}: sample {}, {}", split.name, i, e.what()), e.hint(),
                  e.kind());
    }
  }
  return batch;
}

torch::Tensor answer_batch(const Split& split, std::span<const std::size_t> samples) {
  const auto count = static_cast<std::int64_t>(samples.size());
  if (split.targets.empty()) {
    torch::Tensor labels = torch::empty({count}, torch::kLong);
    auto* to = labels.data_ptr<std::int64_t>();
    for (const std::size_t i : samples) *to++ = split.labels[i];
    return labels;
  }
  const std::size_t width = split.targets.shape[1];
  torch::Tensor targets = torch::empty({count, static_cast<std::int64_t>(width)});
  float* to = targets.data_ptr<float>();
  for (const std::size_t i : samples) to = std::copy_n(split.targets.row(i), width, to);
  return targets;
}

Tensor<float> answers_by_batch(
    const Input& input, const TrainSpec& train, const Split& split, int outputs, int threads,
    const std::function<torch::Tensor(const torch::Tensor& tokens)>& forward) {
  constexpr std::size_t kBatch = 256;
  auto all = make_tensor<float>({split.samples(), static_cast<std::size_t>(outputs)});
  parallel_for((split.samples() + kBatch - 1) / kBatch, threads, [&](std::size_t batch) {
    const at::NoGradGuard no_gradients;  // of this thread
    const std::size_t first = batch * kBatch;
    std::vector<std::size_t> samples(std::min(kBatch, split.samples() - first));
    std::iota(samples.begin(), samples.end(), first);
    const torch::Tensor y =
        forward(token_batch(input, train, split, samples, nullptr)).contiguous();
    std::copy_n(y.data_ptr<float>(), y.numel(), all.row(first));
  });
  return all;
}

}  // namespace emamba
