// SPDX-License-Identifier: Apache-2.0
#include "train/selective_scan.h"

#include <gtest/gtest.h>

#include "train/random_tensors.h"

namespace emamba {
namespace {

struct Inputs {
  torch::Tensor delta, A, B, C, x, D;

  Inputs(int batch, int L, int ED, int N, Rng& rng)
      : delta(random_tensor({batch, L, ED}, 0, 1.5, rng)),
        A(random_tensor({ED, N}, -4, 0.2, rng)),
        B(random_tensor({batch, L, N}, -1, 1, rng)),
        C(random_tensor({batch, L, N}, -1, 1, rng)),
        x(random_tensor({batch, L, ED}, -1, 1, rng)),
        D(random_tensor({ED}, -1, 1, rng)) {}
};

TEST(SelectiveScan, EqualsThePlainFormulationWithAllGradients) {
  Rng rng{20};
  for (int i = 0; i < 40; ++i) {
    const int batch = rng.between(1, 5), L = i < 5 ? 1 : rng.between(2, 19);
    const int ED = rng.between(1, 43), N = rng.between(1, 9);
    SCOPED_TRACE(fmt::format("batch {} L {} ED {} N {}", batch, L, ED, N));
    const Inputs in(batch, L, ED, N, rng);
    expect_twins(
        [&] { return selective_scan(in.delta, in.A, in.B, in.C, in.x, in.D); },
        [&] { return selective_scan_plain(in.delta, in.A, in.B, in.C, in.x, in.D); },
        {{"delta", in.delta}, {"A", in.A}, {"B", in.B}, {"C", in.C}, {"x", in.x}, {"D", in.D}},
        1e-9, rng);
  }
}

TEST(SelectiveScan, FloatKernelsAgreeWithDouble) {
  Rng rng{21};
  for (const int ED : {1, 7, 8, 16, 40, 43}) {
    SCOPED_TRACE(fmt::format("ED {}", ED));
    const Inputs in(3, 12, ED, 5, rng);
    std::vector<torch::Tensor> wide{in.delta, in.A, in.B, in.C, in.x, in.D}, narrow;
    for (const auto& t : wide) narrow.push_back(t.detach().to(torch::kFloat).requires_grad_(true));
    const auto y = selective_scan(wide[0], wide[1], wide[2], wide[3], wide[4], wide[5]);
    const auto z = selective_scan(narrow[0], narrow[1], narrow[2], narrow[3], narrow[4], narrow[5]);
    EXPECT_LT(difference(z, y), 2e-6);
    y.sum().backward();
    z.sum().backward();
    for (std::size_t i = 0; i < wide.size(); ++i) {
      EXPECT_LT(difference(narrow[i].grad(), wide[i].grad()), 5e-6) << "gradient of input " << i;
    }
  }
}

}  // namespace
}  // namespace emamba
