// SPDX-License-Identifier: Apache-2.0
#include "train/parameters.h"

#include <gtest/gtest.h>

#include "train/initialise.h"
#include "train/net_testing.h"

namespace emamba {
namespace {

TEST(Parameters, KeepTheirBitsBetweenTheStoredFormAndTorch) {
  const auto stored = initial_parameters(net_variants().front().network(), 1, {});
  EXPECT_EQ(from_torch(to_torch(stored)), stored);
}

}  // namespace
}  // namespace emamba
