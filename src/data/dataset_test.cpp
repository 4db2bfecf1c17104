// SPDX-License-Identifier: Apache-2.0
#include "data/dataset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include "base/testing.h"
#include "data/readers.h"

namespace emamba {
namespace {

Split load(const char* task, const char* split, double holdout = 0.1,
           const std::string& folder = "") {
  return load_split(task_called(task), folder, holdout, split);
}

// The inputs of each sample of the synthetic images, 8 x 8 x 1.
std::vector<std::vector<float>> rows_of(const Split& split) {
  std::vector<std::vector<float>> rows;
  for (std::size_t i = 0; i < split.samples(); ++i) {
    rows.emplace_back(split.inputs.row(i), split.inputs.row(i) + 64);
  }
  return rows;
}

TEST(LoadSplit, HoldoutDividesTheTrainingSamples) {
  const Split all = synthetic_images(Part::kTraining);
  const Split train = load("synthetic-images", "train");
  const Split val = load("synthetic-images", "val");
  EXPECT_EQ(train.name, "train");
  EXPECT_EQ(val.name, "val");
  EXPECT_EQ(val.samples(), 205u);  // round(0.1 * 2048)
  EXPECT_EQ(train.samples(), 2048u - 205u);
  EXPECT_EQ(train.labels.size(), train.samples());

  // Walking through all samples meets those of train and val, each in its order, and no other.
  const auto all_rows = rows_of(all), train_rows = rows_of(train), val_rows = rows_of(val);
  std::size_t t = 0, v = 0;
  for (std::size_t i = 0; i < all_rows.size(); ++i) {
    if (t < train_rows.size() && all_rows[i] == train_rows[t]) {
      EXPECT_EQ(all.labels[i], train.labels[t]);
      ++t;
    } else {
      ASSERT_LT(v, val_rows.size()) << i;
      ASSERT_EQ(all_rows[i], val_rows[v]) << i;
      EXPECT_EQ(all.labels[i], val.labels[v]);
      ++v;
    }
  }
  EXPECT_EQ(t, train.samples());
  EXPECT_EQ(v, val.samples());
}

TEST(LoadSplit, TheHoldoutIsTheSameEveryTime) {
  EXPECT_EQ(load("synthetic-tokens", "val").inputs, load("synthetic-tokens", "val").inputs);
}

TEST(LoadSplit, TestIsThePublishedOne) {
  const Split test = load("synthetic-tokens", "test");
  EXPECT_EQ(test.name, "test");
  EXPECT_EQ(test.inputs, synthetic_tokens(Part::kTest).inputs);
}

TEST(LoadSplit, NamesTheProblem) {
  TestFolder folder;
  expect_error([&] { load("mars", "dev", 0.1, folder.path()); }, "split 'dev'");
  expect_error([&] { load("synthetic-images", "val", 0); },
               "train.holdout = 0 leaves no sample for the split 'val'");
  try {
    load("mars", "train", 0.1, folder.path());
    ADD_FAILURE() << "there is no data";
  } catch (const Error& e) {
    EXPECT_EQ(std::string(e.what()), "mars: featuremap_train.npy is not in " + folder / "mars");
    EXPECT_NE(e.hint().find("emamba data fetch mars"), std::string::npos) << e.hint();
  }
}

TEST(Samples, First) {
  const Split test = load("synthetic-images", "test");
  const Split first = first_samples(test, 3);
  EXPECT_EQ(first.samples(), 3u);
  EXPECT_EQ(first.inputs.data.size(), 3u * 64);
  EXPECT_EQ(first.labels, std::vector<int>(test.labels.begin(), test.labels.begin() + 3));
  EXPECT_TRUE(
      std::equal(first.inputs.data.begin(), first.inputs.data.end(), test.inputs.data.begin()));
  EXPECT_EQ(first_samples(test, 0).samples(), 512u);
  EXPECT_EQ(first_samples(test, 9999).samples(), 512u);
}

TEST(Samples, DrawnWithoutReplacementInOrder) {
  Split split;
  split.name = "train";
  split.inputs = make_tensor<float>({100, 1, 1, 1});
  split.targets = make_tensor<float>({100, 2});
  for (int i = 0; i < 100; ++i) {
    split.inputs.data[static_cast<std::size_t>(i)] = static_cast<float>(i);
    split.targets.row(static_cast<std::size_t>(i))[1] = static_cast<float>(-i);
  }
  const Split drawn = draw_samples(split, 30, 5);
  EXPECT_EQ(drawn.samples(), 30u);
  EXPECT_EQ(drawn.targets.shape, (std::vector<std::size_t>{30, 2}));
  EXPECT_EQ(std::adjacent_find(drawn.inputs.data.begin(), drawn.inputs.data.end(),
                               std::greater_equal<>()),
            drawn.inputs.data.end());
  for (std::size_t i = 0; i < 30; ++i) {
    EXPECT_EQ(drawn.targets.row(i)[1], -drawn.inputs.row(i)[0]);
  }
  EXPECT_EQ(draw_samples(split, 30, 5).inputs, drawn.inputs);
  EXPECT_NE(draw_samples(split, 30, 6).inputs, drawn.inputs);
  EXPECT_EQ(draw_samples(split, 1000, 5).inputs, split.inputs);
}

TEST(Normalisation, MeanAndDeviationOfEachChannel) {
  // Five channels (MARS): 1 2 3 4; all 0.1; -1e6 and 1e6; all 0; 1e-6 and 3e-6.
  Split split;
  split.inputs = {{2, 1, 2, 5}, {1, 0.1f, -1e6f, 0, 1e-6f,  //
                                 2, 0.1f, 1e6f,  0, 3e-6f,  //
                                 3, 0.1f, -1e6f, 0, 1e-6f,  //
                                 4, 0.1f, 1e6f,  0, 3e-6f}};
  const Normalisation n = fit_normalisation(task_called("mars").shape.sample(), split);
  EXPECT_EQ(n.mean, (std::vector<float>{2.5f, 0.1f, 0, 0, 2e-6f}));
  EXPECT_FLOAT_EQ(n.std[0], std::sqrt(1.25f));
  EXPECT_EQ(n.std[1], 1.0f);
  EXPECT_FLOAT_EQ(n.std[2], 1e6f);
  EXPECT_EQ(n.std[3], 1.0f);
  EXPECT_FLOAT_EQ(n.std[4], 1e-6f);
}

TEST(Normalisation, LeavesTokensAlone) {
  const Normalisation n = fit_normalisation(task_called("synthetic-tokens").shape.sample(),
                                            load("synthetic-tokens", "train"));
  EXPECT_EQ(n, (Normalisation{{0.0f}, {1.0f}}));
}

TEST(DataFolder, OptionThenVariableThenDefault) {
  const char* before = std::getenv("EMAMBA_DATA");
  const std::string saved = before ? before : "";
  setenv("EMAMBA_DATA", "/from/variable", 1);
  EXPECT_EQ(data_folder("given"), "given");
  EXPECT_EQ(data_folder(""), "/from/variable");
  setenv("EMAMBA_DATA", "", 1);
  EXPECT_EQ(data_folder(""), "data");
  unsetenv("EMAMBA_DATA");
  EXPECT_EQ(data_folder(""), "data");
  if (before) setenv("EMAMBA_DATA", saved.c_str(), 1);
}

}  // namespace
}  // namespace emamba
