// SPDX-License-Identifier: Apache-2.0
#include "train/initialise.h"

#include <gtest/gtest.h>

#include <cmath>

#include "train/spec_variants.h"

namespace emamba {
namespace {

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
