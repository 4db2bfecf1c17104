// SPDX-License-Identifier: Apache-2.0
#include "data/gaps.h"

#include <gtest/gtest.h>

namespace emamba {
namespace {

TEST(KnownGaps, AreOfOneVeryFile) {
  const std::string hash = "eff6a9ea235adc10a41d4d6a19cdc2b434d81710572cb5dc08616a406f98fa00";
  const auto notes = known_gaps({{"labels_test.npy", "00"}, {"labels_train.npy", hash}});
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("subject 1"), std::string::npos);
  EXPECT_TRUE(known_gaps({{"labels_train.npy", "00"}}).empty());
  EXPECT_TRUE(known_gaps({{"labels_test.npy", hash}}).empty());
  EXPECT_TRUE(known_gaps({}).empty());
}

}  // namespace
}  // namespace emamba
