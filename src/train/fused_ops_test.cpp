// SPDX-License-Identifier: Apache-2.0
#include "train/fused_ops.h"

#include <gtest/gtest.h>

#include "train/random_tensors.h"

namespace emamba {
namespace {

TEST(CausalConv, EqualsThePlainFormulationWithAllGradients) {
  Rng rng{30};
  for (int i = 0; i < 30; ++i) {
    const int batch = rng.between(1, 4), L = i < 4 ? 1 : rng.between(2, 11);
    const int ED = rng.between(1, 21), K = rng.between(1, 6);
    SCOPED_TRACE(fmt::format("batch {} L {} ED {} K {}", batch, L, ED, K));
    const auto u = random_tensor({batch, L, ED}, -3, 3, rng);
    const auto w = random_tensor({ED, K}, -1, 1, rng), b = random_tensor({ED}, -1, 1, rng);
    expect_twins([&] { return causal_conv(u, w, b); }, [&] { return causal_conv_plain(u, w, b); },
                 {{"u", u}, {"weight", w}, {"bias", b}}, 1e-9, rng);
  }
}

TEST(RangeNorm, EqualsThePlainFormulationWithAllGradients) {
  Rng rng{31};
  for (int i = 0; i < 30; ++i) {
    const int rows = rng.between(1, 40), D = rng.between(2, 37);
    SCOPED_TRACE(fmt::format("rows {} D {}", rows, D));
    const auto x = random_tensor({rows, D}, -3, 3, rng);
    const auto gamma = random_tensor({D}, -1, 1, rng), beta = random_tensor({D}, -1, 1, rng);
    expect_twins([&] { return range_norm(x, gamma, beta); },
                 [&] { return range_norm_plain(x, gamma, beta); },
                 {{"x", x}, {"gamma", gamma}, {"beta", beta}}, 1e-9, rng);
  }
}

TEST(RangeNorm, HoldsTheDenominatorOfNearlyConstantTokensAtEps) {
  Rng rng{32};
  const auto gamma = random_tensor({5}, -1, 1, rng), beta = random_tensor({5}, -1, 1, rng);
  auto x = (torch::full({3, 5}, 2.0, torch::kDouble) + 1e-6 * random_tensor({3, 5}, 0, 1, rng))
               .detach()
               .requires_grad_(true);
  expect_twins([&] { return range_norm(x, gamma, beta); },
               [&] { return range_norm_plain(x, gamma, beta); },
               {{"x", x}, {"gamma", gamma}, {"beta", beta}}, 1e-9, rng);
}

}  // namespace
}  // namespace emamba
