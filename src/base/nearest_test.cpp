// SPDX-License-Identifier: Apache-2.0
#include "base/nearest.h"

#include <gtest/gtest.h>

namespace emamba {
namespace {

TEST(Nearest, CountsEdits) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("train", "trian"), 2u);
}

TEST(Nearest, FindsAKeyInAnotherTable) {
  const std::vector<std::string> keys = {"name", "model.D", "train.epochs", "train.lr"};
  EXPECT_EQ(nearest("train.epoch", keys), "train.epochs");
  EXPECT_EQ(nearest("model.lr", keys), "train.lr");
  EXPECT_EQ(nearest("anything", {}), "");
}

TEST(Nearest, SaysNothingRatherThanLeadAstray) {
  const std::vector<std::string> verbs = {"data", "eval", "emit", "train"};
  EXPECT_EQ(nearest("help", verbs), "");
  EXPECT_EQ(did_you_mean("server", verbs), "");
  EXPECT_EQ(did_you_mean("trian", verbs), "did you mean 'train'? ");
}

}  // namespace
}  // namespace emamba
