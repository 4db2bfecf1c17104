// SPDX-License-Identifier: Apache-2.0
#include "train/network.h"

#include <gtest/gtest.h>

#include "ir/float_model.h"
#include "train/initialise.h"
#include "train/random_tensors.h"
#include "train/spec_variants.h"

namespace emamba {
namespace {

TEST(Network, FusedEqualsPlainWithAllGradientsForEverySpecSwitch) {
  Rng rng{40};
  for (const Spec& spec : spec_variants()) {
    SCOPED_TRACE(spec.name);
    Parameters parameters;
    std::vector<std::pair<std::string, torch::Tensor>> inputs;
    for (const auto& [name, tensor] : to_torch(initial_parameters(spec, {}))) {
      // Away from the start, where too many gradients are zero.
      const auto noise = random_tensor(tensor.sizes().vec(), -0.3, 0.3, rng).detach();
      const auto leaf = (tensor.to(torch::kDouble) + noise).requires_grad_(true);
      parameters.emplace(name, leaf);
      inputs.emplace_back(name, leaf);
    }
    const auto tokens = random_tokens(spec, 3, rng);
    expect_twins([&] { return forward(spec, parameters, tokens, Kernels::kFused); },
                 [&] { return forward(spec, parameters, tokens, Kernels::kPlain); }, inputs, 1e-9,
                 rng);
  }
}

TEST(Network, ParametersKeepTheirBitsBetweenTheStoredFormAndTorch) {
  const auto stored = initial_parameters(spec_variants().front(), {});
  EXPECT_EQ(from_torch(to_torch(stored)), stored);
}

TEST(InitialParameters, FollowTheSeedAndStartDeltaInItsRange) {
  Spec spec = spec_variants().front();
  const auto a = initial_parameters(spec, {}), b = initial_parameters(spec, {});
  EXPECT_EQ(a, b);
  spec.train.seed += 1;
  EXPECT_NE(initial_parameters(spec, {}), a);
  for (const float bias : a.at("blocks.0.dt_proj.bias").data) {
    EXPECT_GE(bias, 0.999e-3f);
    EXPECT_LE(bias, 0.1f);
  }
  EXPECT_FLOAT_EQ(a.at("blocks.0.scan.A_log").data[2], std::log(3.0f));
}

}  // namespace
}  // namespace emamba
