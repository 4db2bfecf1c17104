// SPDX-License-Identifier: Apache-2.0
#include "train/initialise.h"

#include <gtest/gtest.h>

#include <cmath>

#include "train/net_testing.h"

namespace emamba {
namespace {

TEST(InitialParameters, FollowTheSeedAndStartDeltaInItsRange) {
  const Network network = net_variants().front().network();
  const auto a = initial_parameters(network, 1, {}), b = initial_parameters(network, 1, {});
  EXPECT_EQ(a, b);
  EXPECT_NE(initial_parameters(network, 2, {}), a);
  for (const float bias : a.at("blocks.0.dt_proj.bias").data) {
    EXPECT_GE(bias, 0.999e-3f);
    EXPECT_LE(bias, 0.1f);
  }
  EXPECT_FLOAT_EQ(a.at("blocks.0.scan.A_log").data[2], std::log(3.0f));
}

}  // namespace
}  // namespace emamba
