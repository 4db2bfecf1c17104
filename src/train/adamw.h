// SPDX-License-Identifier: Apache-2.0
// AdamW over one flat array that holds all parameters, and the learning rate of each step.
#pragma once

#include <cstddef>
#include <span>

#include "train/options.h"

namespace emamba {

// A run of parameters with the same decay; the segments cover the flat array in order.
struct DecaySegment {
  std::size_t count;
  float weight_decay;
};

// One step, with beta1 = 0.9, beta2 = 0.999, eps = 1e-8 and decoupled weight decay; step counts
// from 1:
//   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2        with g = scale * gradient
//   p = p (1 - lr decay) - lr (m / (1 - beta1^step)) / (sqrt(v / (1 - beta2^step)) + eps)
// All arrays have the same length.
void adamw_step(std::span<const DecaySegment> segments, std::size_t step, double lr, float scale,
                std::span<const float> gradient, std::span<float> p, std::span<float> m,
                std::span<float> v);

// The learning rate of step 0 .. steps-1:
//   one-cycle  lr/25 to lr over the share `warmup`, then to lr/250000; both along half a cosine
//   cosine     0 to lr in a straight line over the share `warmup`, then to 0 along half a cosine
double learning_rate(const TrainSpec& train, std::size_t step, std::size_t steps);

}  // namespace emamba
