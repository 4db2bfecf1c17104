// SPDX-License-Identifier: Apache-2.0
#include "train/graph.h"

#include <gtest/gtest.h>

#include "train/initialise.h"
#include "train/net_testing.h"
#include "train/random_network.h"
#include "train/random_tensors.h"

namespace emamba {
namespace {

void expect_fused_equals_plain(const Program& program, const Parameters& parameters,
                               const torch::Tensor& tokens, Rng& rng) {
  const Graph fused(program), plain(program, Kernels::kPlain);
  expect_twins([&] { return fused.forward(parameters, tokens); },
               [&] { return plain.forward(parameters, tokens); },
               {parameters.begin(), parameters.end()}, 1e-9, rng);
}

TEST(Graph, FusedEqualsPlainWithAllGradientsForEverySpecSwitch) {
  Rng rng{40};
  for (const NetVariant& variant : net_variants()) {
    SCOPED_TRACE(variant.name);
    Parameters parameters;
    for (const auto& [name, tensor] : to_torch(initial_parameters(variant.network(), 1, {}))) {
      // Away from the start, where too many gradients are zero.
      const auto noise = random_tensor(tensor.sizes().vec(), -0.3, 0.3, rng).detach();
      parameters.emplace(name, (tensor.to(torch::kDouble) + noise).requires_grad_(true));
    }
    const Program program = variant.program();
    expect_fused_equals_plain(program, parameters, random_batch(program.input, 3, rng), rng);
  }
}

// A block of other operations, a block whose inner edge is read once more, an edge that is read
// again at the end, vectors of which there is one a sequence, and Mamba blocks in an order of
// operations that no builder gives.
TEST(Graph, FusedEqualsPlainForANetworkOfOtherBlocks) {
  Rng rng{41};
  constexpr int kVectors = 5, kD = 6, kED = 7, kN = 3, kR = 2;
  RandomNetwork net{rng};
  const auto mamba = [&](EdgeIndex x, EdgeIndex* inner) {
    const EdgeIndex n = net.norm(x, kD);
    const EdgeIndex c = net.silu(net.conv(net.linear(n, kD, kED), kED, 3), kED);
    const EdgeIndex C = net.linear(c, kED, kN), B = net.linear(c, kED, kN);
    const EdgeIndex r = net.linear(c, kED, kR), g = net.linear(n, kD, kED);
    const EdgeIndex delta = net.linear(r, kR, kED, 1, Activation::kRelu);
    const EdgeIndex s = net.scan(c, delta, B, C, kED, kN);
    const EdgeIndex gated = net.gate(s, net.silu(g, kED), kED);
    if (inner != nullptr) *inner = gated;
    return net.sum(net.linear(gated, kED, kD), x, kD);
  };
  const EdgeIndex first = net.linear(0, 4, kD, kVectors);
  EdgeIndex x = mamba(first, nullptr), gated = 0;
  const EdgeIndex hidden = net.linear(net.norm(x, kD, Norm::kLayer), kD, 9, 1, Activation::kRelu);
  x = mamba(net.sum(net.linear(hidden, 9, kD, 1), x, kD), &gated);
  x = mamba(net.sum(x, net.linear(gated, kED, kD), kD), nullptr);
  x = net.pool(net.sum(x, first, kD), kD, kVectors, PoolKind::kMean);
  x = net.sum(net.linear(net.norm(x, kD), kD, kD, 1), x, kD);
  net.linear(x, kD, 3, 1);
  std::size_t blocks = 0;
  for (std::size_t i = 0; i < net.program.ops.size(); ++i) {
    if (mamba_pattern(net.program, i)) ++blocks;
  }
  EXPECT_EQ(blocks, 2U);  // all but that with the other reader
  const torch::Tensor tokens = random_tensor({4, kVectors, 4}, -2, 2, rng).detach();
  expect_fused_equals_plain(net.program, net.parameters, tokens, rng);
}

}  // namespace
}  // namespace emamba
