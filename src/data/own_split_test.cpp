// SPDX-License-Identifier: Apache-2.0
#include "data/own_split.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/files.h"
#include "data/own_testing.h"

namespace emamba {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
using Shape = std::vector<std::size_t>;

class OwnSplit : public testing::Test {
 protected:
  Split load(const std::string& name) {
    return load_own_split(open_own_data(files_.data), 0.2, name);
  }
  void reject(const std::string& name, const std::string& text) {
    expect_error([&] { load(name); }, text);
  }
  // Number `position` of the training or test inputs becomes `value`.
  void damage(const std::string& name, std::size_t position, float value) {
    Tensor<float> x = read_npy(files_.path(name));
    x.data.at(position) = value;
    files_.write(name, x);
  }

  OwnFiles files_;
  OwnData& data_ = files_.data;
};

TEST_F(OwnSplit, ReadsSequencesWithClasses) {
  const Split test = load("test");
  EXPECT_EQ(test.name, "test");
  EXPECT_EQ(test.inputs.shape, (Shape{4, 1, 6, 2}));
  EXPECT_EQ(test.inputs.row(1)[3], 100 + 15.0f / 8);
  EXPECT_EQ(test.labels, (std::vector<int>{0, 1, 0, 1}));
  EXPECT_TRUE(test.targets.empty());
  EXPECT_TRUE(test.warnings.empty());
}

// A patch of [1, 3] of a sequence is three steps, each with all its channels.
TEST_F(OwnSplit, ASequenceRunsAlongTheWidth) {
  const Split test = load("test");
  const Tensor<float> file = read_npy(files_.path("x_test"));
  for (std::size_t step = 0; step < 6; ++step) {
    for (std::size_t channel = 0; channel < 2; ++channel) {
      const std::size_t y = 0, width = 6, channels = 2;
      EXPECT_EQ(test.inputs.row(2)[(y * width + step) * channels + channel],
                file.row(2)[step * channels + channel]);
    }
  }
}

TEST_F(OwnSplit, ReadsImagesTokensAndNumbers) {
  data_.kind = InputKind::kImages;
  EXPECT_EQ(load("test").inputs.shape, (Shape{4, 6, 2, 1}));

  data_.kind = InputKind::kTokens;
  for (const std::string part : {"train", "test"}) {
    files_.write("x_" + part, Tensor<std::int64_t>{{2, 3}, {0, 5, 1, 2, 0, 4}});
    files_.write("y_" + part, Tensor<float>{{2, 2}, {0.5f, -1, 3, 1e6f}});
  }
  const Split test = load("test");
  EXPECT_EQ(test.inputs, (Tensor<float>{{2, 1, 3, 1}, {0, 5, 1, 2, 0, 4}}));
  EXPECT_EQ(test.targets, (Tensor<float>{{2, 2}, {0.5f, -1, 3, 1e6f}}));
  EXPECT_TRUE(test.labels.empty());
  // Numbers (samples) are one output, and ids may be stored as floats.
  for (const std::string part : {"train", "test"}) {
    files_.write("x_" + part, Tensor<float>{{2, 3}, {0, 5, 1, 2, 0, 4}});
    files_.write("y_" + part, Tensor<float>{{2}, {0.5f, -1}});
  }
  EXPECT_EQ(load("test").inputs, test.inputs);
  EXPECT_EQ(load("test").targets, (Tensor<float>{{2, 1}, {0.5f, -1}}));
}

TEST_F(OwnSplit, ValIsHeldOutOfTrain) {
  const Split train = load("train"), val = load("val");
  EXPECT_EQ(train.name, "train");
  EXPECT_EQ(val.name, "val");
  EXPECT_EQ(train.samples(), 8u);
  EXPECT_EQ(val.samples(), 2u);
  const Split all = read_own_part(open_own_data(data_), "train");
  const Split as_for_others = hold_out(all, 0.2, "val");
  EXPECT_EQ(val.inputs, as_for_others.inputs);
  EXPECT_EQ(val.labels, as_for_others.labels);
  expect_error([&] { load_own_split(open_own_data(data_), 0, "val"); }, "train.holdout = 0 leaves");
}

TEST_F(OwnSplit, ValOfItsOwnLeavesTrainWhole) {
  files_.write("x_val", Tensor<float>{{1, 6, 2}, std::vector<float>(12, 1.0f)});
  files_.write("y_val", Tensor<std::int64_t>{{1}, {1}});
  data_.val = {files_.path("x_val"), files_.path("y_val")};
  EXPECT_EQ(load("train").samples(), 10u);
  const Split val = load("val");
  EXPECT_EQ(val.samples(), 1u);
  EXPECT_EQ(val.name, "val");
  EXPECT_EQ(val.inputs.data[11], 1.0f);
  ASSERT_EQ(val.warnings.size(), 1u);
  EXPECT_NE(val.warnings[0].find("y_val.npy: no sample is of class 0 (0)"), std::string::npos);
}

TEST_F(OwnSplit, NamesTargetsOutOfRange) {
  files_.write("y_test", Tensor<std::int64_t>{{4}, {0, 1, 2, 1}});
  reject("test", "y_test.npy: [2] is 2, but classes lie in 0 .. 1");
  files_.write("y_test", Tensor<std::int64_t>{{4}, {0, 1, 0, -1}});
  reject("test", "y_test.npy: [3] is -1, but classes lie in 0 .. 1");
  files_.write("y_test", Tensor<float>{{4}, {0, 0.5f, 0, 1}});
  reject("test", "y_test.npy: [1] is 0.5, where whole numbers");
  files_.write("y_test", Tensor<float>{{4}, {0, 1, 0, 1}});
  EXPECT_EQ(load("test").labels, (std::vector<int>{0, 1, 0, 1}));
}

TEST_F(OwnSplit, NamesClassesWithoutASample) {
  data_.classes = {"walk", "run", "rest"};
  reject("train", "y_train.npy: no sample is of class 2 (rest)");
  reject("val", "y_train.npy: no sample is of class 2 (rest)");
  EXPECT_NE(load("test").warnings.at(0).find("y_test.npy: no sample is of class 2 (rest)"),
            std::string::npos);
  data_.classes = {};
  files_.write("y_train", Tensor<std::int64_t>{{10}, {1, 2, 1, 2, 1, 2, 1, 2, 1, 2}});
  try {
    load("train");
    ADD_FAILURE() << "class 0 has no sample";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("no sample is of class 0 (0)"), std::string::npos);
    EXPECT_NE(e.hint().find("do these count from 1?"), std::string::npos) << e.hint();
  }
}

TEST_F(OwnSplit, NamesTokensBeyondTheVocabulary) {
  for (const std::string part : {"train", "test"}) {
    files_.write("x_" + part,
                 Tensor<std::int64_t>{{2, 3}, {0, 5, 1, 2, 0, part == "test" ? 6 : 4}});
    files_.write("y_" + part, Tensor<std::int64_t>{{2}, {0, 1}});
  }
  EXPECT_EQ(load("train").samples(), 2u);
  reject("test", "x_test.npy: [1, 2] is 6, but token ids lie in 0 .. 5");
  data_.vocab = 7;
  EXPECT_EQ(load("test").samples(), 2u);
}

TEST_F(OwnSplit, RefusesNumbersToLearnThatAreNotFinite) {
  for (const std::string part : {"train", "test"}) {
    files_.write("y_" + part, make_tensor<float>({part == "test" ? std::size_t{4} : 10, 2}));
  }
  damage("y_test", 5, kNan);
  reject("test", "y_test.npy: [2, 1] is nan, which cannot be learned");
  damage("y_test", 5, -kInfinity);
  reject("test", "y_test.npy: [2, 1] is -inf");
}

TEST_F(OwnSplit, RefusesInputsThatAreNotFinite) {
  damage("x_train", 12 + 3 * 2 + 1, kNan);
  damage("x_train", 5 * 12, kInfinity);
  damage("x_train", 5 * 12 + 1, kInfinity);
  reject("train",
         "x_train.npy: [1, 3, 1] is nan; numbers that are NaN or infinite: 3, in 2 of 10 samples");
  reject("val", "x_train.npy: [1, 3, 1] is nan");
  EXPECT_EQ(load("test").samples(), 4u);
  // What float64 holds and float32 does not is infinite.
  write_file(files_.path("x_test"),
             make_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4, 1, 12), }", [] {
               std::vector<double> numbers(48);
               numbers[47] = 1e300;
               return numbers;
             }()));
  files_.write("x_train", make_tensor<float>({10, 1, 12}));
  reject("test",
         "x_test.npy: [3, 0, 11] is inf; numbers that are NaN or infinite: 1, in 1 of 4 samples");
}

TEST_F(OwnSplit, DropsThem) {
  data_.nonfinite = NonFinite::kDrop;
  damage("x_test", 12, kNan);
  damage("x_test", 13, kNan);
  const Split test = load("test");
  EXPECT_EQ(test.samples(), 3u);
  EXPECT_EQ(test.labels, (std::vector<int>{0, 0, 1}));
  EXPECT_EQ(test.inputs.row(1)[0], 103.0f);
  EXPECT_NE(test.warnings.at(0).find("infinite: 2, in 1 of 4 samples, which are left out"),
            std::string::npos)
      << test.warnings.at(0);
  for (std::size_t sample = 0; sample < 4; ++sample) damage("x_test", sample * 12, kNan);
  reject("test", "without those none is left");
  // A class may be left without a sample by it.
  for (std::size_t sample = 1; sample < 10; sample += 2) damage("x_train", sample * 12, kNan);
  reject("train", "no sample is of class 1 (1)");
}

TEST_F(OwnSplit, SaturatesThem) {
  data_.nonfinite = NonFinite::kSaturate;
  damage("x_test", 0, kNan);
  damage("x_test", 2, kInfinity);
  damage("x_test", 3, -kInfinity);
  const Split test = load("test");
  // The training inputs of channel 0 lie in 0 .. 118 / 8, of channel 1 in 1 / 8 .. 119 / 8.
  EXPECT_EQ(test.inputs.data[0], 0.0f);
  EXPECT_EQ(test.inputs.data[2], 118.0f / 8);
  EXPECT_EQ(test.inputs.data[3], 1.0f / 8);
  EXPECT_EQ(test.inputs.data[4], 100 + 4.0f / 8);
  EXPECT_NE(test.warnings.at(0).find("infinite: 3, in 1 of 4 samples; the numbers are saturated"),
            std::string::npos);
  damage("x_train", 119, kInfinity);
  EXPECT_EQ(read_own_part(open_own_data(data_), "train").inputs.data[119], kInfinity);
  const Split all = load_own_split(open_own_data(data_), 0, "train");
  EXPECT_EQ(all.inputs.data[119], 117.0f / 8);
}

TEST_F(OwnSplit, NamesTheSplit) {
  reject("dev", "split 'dev' is not known");
}

TEST_F(OwnSplit, NamesFilesThatChangeMeanwhile) {
  const OwnTask task = open_own_data(data_);
  files_.write("x_test", make_tensor<float>({5, 6, 2}));
  expect_error([&] { read_own_part(task, "test"); }, "x_test.npy has 5 samples, but ");
  files_.write("x_test", make_tensor<float>({4, 2, 6}));
  expect_error([&] { read_own_part(task, "test"); },
               "x_test.npy: shape (4, 2, 6), where (samples, 6, 2) is needed");
}

TEST_F(OwnSplit, AddsTheExtremesOfTheTrainingSamplesWhereTheConfigurationSaturates) {
  Normalisation normalisation{{0, 0}, {1, 1}};
  add_extremes(open_own_data(data_), normalisation);
  EXPECT_EQ(normalisation.saturate, Extremes{}) << "data.nonfinite is refuse";
  data_.nonfinite = NonFinite::kSaturate;
  damage("x_train", 119, kInfinity);
  add_extremes(open_own_data(data_), normalisation);
  const Extremes wanted{{0, 1.0f / 8}, {118.0f / 8, 117.0f / 8}};
  EXPECT_EQ(normalisation.saturate, wanted);
  files_.write("x_train", make_tensor<float>({10, 6, 2}));
  add_extremes(open_own_data(data_), normalisation);
  EXPECT_EQ(normalisation.saturate, wanted) << "a model's own are kept";
}

TEST_F(OwnSplit, ADimensionOfOneChannelMayBeLeftOut) {
  for (const bool left_out : {true, false}) {
    for (const std::string part : {"train", "test"}) {
      const std::size_t samples = part == "train" ? 10 : 4;
      files_.write("x_" + part,
                   make_tensor<float>(left_out ? Shape{samples, 5} : Shape{samples, 5, 1}));
    }
    EXPECT_EQ(read_own_part(open_own_data(data_), "test").inputs.shape, (Shape{4, 1, 5, 1}));
  }
}

}  // namespace
}  // namespace emamba
