// SPDX-License-Identifier: Apache-2.0
#include "train/adamw.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace emamba {

void adamw_step(std::span<const DecaySegment> segments, std::size_t step, double lr, float scale,
                std::span<const float> gradient, std::span<float> p, std::span<float> m,
                std::span<float> v) {
  constexpr float kBeta1 = 0.9f, kBeta2 = 0.999f, kEps = 1e-8f;
  const double t = static_cast<double>(step);
  const auto step_size = static_cast<float>(lr / (1 - std::pow(0.9, t)));
  const auto v_scale = static_cast<float>(1 / (1 - std::pow(0.999, t)));
  std::size_t first = 0;
  for (const DecaySegment& segment : segments) {
    const auto keep = static_cast<float>(1 - lr * static_cast<double>(segment.weight_decay));
#pragma omp simd
    for (std::size_t i = first; i < first + segment.count; ++i) {
      const float g = scale * gradient[i];
      m[i] = kBeta1 * m[i] + (1 - kBeta1) * g;
      v[i] = kBeta2 * v[i] + (1 - kBeta2) * g * g;
      p[i] = keep * p[i] - step_size * m[i] / (std::sqrt(v_scale * v[i]) + kEps);
    }
    first += segment.count;
  }
}

double learning_rate(const TrainSpec& train, std::size_t step, std::size_t steps) {
  // Half a cosine from a to b as `share` goes from 0 to 1.
  const auto cosine = [](double a, double b, double share) {
    return b + (a - b) * 0.5 * (1 + std::cos(std::numbers::pi * share));
  };
  const bool one_cycle = train.schedule == Schedule::kOneCycle;
  const double rise = train.warmup * static_cast<double>(steps);  // steps of the warm-up
  const auto at = static_cast<double>(step);
  if (at < rise) {
    return one_cycle ? cosine(train.lr / 25, train.lr, at / rise)
                     : train.lr * (at + 1) / (rise + 1);
  }
  const double fall = std::max(1.0, static_cast<double>(steps) - rise);
  return cosine(train.lr, one_cycle ? train.lr / 250000 : 0.0, (at - rise) / fall);
}

}  // namespace emamba
