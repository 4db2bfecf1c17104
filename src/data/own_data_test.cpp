// SPDX-License-Identifier: Apache-2.0
#include "data/own_data.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "data/own_testing.h"

namespace emamba {
namespace {

using Names = std::vector<std::string>;
using Shape = std::vector<std::size_t>;

class OwnDataTest : public testing::Test {
 protected:
  // Inputs of these shapes behind the samples, and targets of these, in both parts.
  template <class Input = float, class Target = std::int64_t>
  void write(const Shape& sample, const Shape& target = {}) {
    for (const auto& [part, samples] : {std::pair("train", 10), std::pair("test", 4)}) {
      Shape x{static_cast<std::size_t>(samples)}, y = x;
      x.insert(x.end(), sample.begin(), sample.end());
      y.insert(y.end(), target.begin(), target.end());
      auto targets = make_tensor<Target>(y);
      for (std::size_t i = 0; i < targets.size(); ++i) targets.data[i] = static_cast<Target>(i % 2);
      files_.write(std::string("x_") + part, make_tensor<Input>(x));
      files_.write(std::string("y_") + part, targets);
    }
  }
  TaskShape shape() { return open_own_data(files_.data).shape; }
  void reject(const std::string& text) {
    expect_error([&] { open_own_data(files_.data); }, text);
  }

  OwnFiles files_;
  OwnData& data_ = files_.data;
};

void expect_shape(const TaskShape& shape, const std::vector<int>& numbers) {
  EXPECT_EQ((std::vector<int>{shape.height, shape.width, shape.channels, shape.vocab, shape.outputs,
                              shape.regression}),
            numbers);
}

TEST_F(OwnDataTest, TheKindFollowsFromDimensionsAndDtype) {
  expect_shape(shape(), {1, 6, 2, 0, 2, 0});
  EXPECT_EQ(open_own_data(data_).data.kind, InputKind::kSequence);
  write({8, 4, 3});
  expect_shape(shape(), {8, 4, 3, 0, 2, 0});
  EXPECT_EQ(open_own_data(data_).data.kind, InputKind::kImages);
  write({50});
  expect_shape(shape(), {1, 50, 1, 0, 2, 0});
  EXPECT_EQ(open_own_data(data_).data.kind, InputKind::kSequence);
  write<std::int64_t>({50});
  data_.vocab = 7;
  expect_shape(shape(), {1, 50, 1, 7, 2, 0});
  EXPECT_EQ(open_own_data(data_).data.kind, InputKind::kTokens);
}

TEST_F(OwnDataTest, TheKindMayBeSaid) {
  data_.kind = InputKind::kImages;
  expect_shape(shape(), {6, 2, 1, 0, 2, 0});
  write<std::int64_t>({50});
  data_.kind = InputKind::kSequence;
  expect_shape(shape(), {1, 50, 1, 0, 2, 0});
  write({50});
  data_.kind = InputKind::kTokens;
  data_.vocab = 3;
  expect_shape(shape(), {1, 50, 1, 3, 2, 0});
}

TEST_F(OwnDataTest, TheAnswerFollowsFromNamesDtypeAndShape) {
  EXPECT_EQ(open_own_data(data_).data.classes, (Names{"0", "1"}));
  write<float, std::int64_t>({6, 2}, {1});
  expect_shape(shape(), {1, 6, 2, 0, 2, 0});
  write<float, std::int64_t>({6, 2}, {3});
  expect_shape(shape(), {1, 6, 2, 0, 3, 1});
  write<float, float>({6, 2});
  expect_shape(shape(), {1, 6, 2, 0, 1, 1});
  EXPECT_EQ(open_own_data(data_).data.outputs, (Names{"0"}));
  data_.classes = {"walk", "run", "rest"};
  expect_shape(shape(), {1, 6, 2, 0, 3, 0});

  write<float, std::int64_t>({6, 2});
  data_.classes = {};
  data_.unit = "cm";
  expect_shape(shape(), {1, 6, 2, 0, 1, 1});
  data_.unit = "";
  data_.outputs = {"height"};
  expect_shape(shape(), {1, 6, 2, 0, 1, 1});
  data_.outputs = {};
  data_.answer = TargetKind::kNumbers;
  expect_shape(shape(), {1, 6, 2, 0, 1, 1});
}

TEST_F(OwnDataTest, VocabularyAndClassesFollowFromTheTrainingFiles) {
  files_.write("x_train", Tensor<std::int64_t>{{2, 3}, {0, 5, 1, 2, 0, 0}});
  files_.write("y_train", Tensor<std::int64_t>{{2}, {3, 0}});
  files_.write("x_test", Tensor<std::int64_t>{{1, 3}, {9, 9, 9}});
  files_.write("y_test", Tensor<std::int64_t>{{1}, {0}});
  expect_shape(shape(), {1, 3, 1, 6, 4, 0});
  files_.write("x_train", Tensor<std::int64_t>{{2, 3}, {0, 5, 1, 2, -1, 0}});
  reject("x_train.npy: [1, 1] is -1, but token ids lie in 0 .. 1048575");
}

TEST_F(OwnDataTest, NamesShapesThatDisagree) {
  files_.write("y_train", make_tensor<std::int64_t>({9}));
  reject("x_train.npy has 10 samples, but ");
  write({6, 2});
  files_.write("x_test", make_tensor<float>({4, 6, 3}));
  reject("x_test.npy: a sample has shape (6, 3), but in ");
  files_.write("x_test", make_tensor<float>({4, 2, 6}));
  reject("it has (6, 2)");
  write<float, float>({6, 2}, {3});
  files_.write("y_test", make_tensor<float>({4, 2}));
  reject("y_test.npy: targets of shape (4, 2), but ");
  write({6, 2});
  data_.val = {files_.path("x_val"), files_.path("y_val")};
  files_.write("x_val", make_tensor<float>({3, 5, 2}));
  files_.write("y_val", make_tensor<std::int64_t>({3}));
  reject("x_val.npy: a sample has shape (5, 2)");
}

TEST_F(OwnDataTest, NamesWhatNoKindFits) {
  write({});
  reject("x_train.npy: inputs of shape (10) are not of a kind that is known");
  write({2, 2, 2, 2});
  reject("inputs of shape (10, 2, 2, 2, 2)");
  write({6, 2});
  data_.kind = InputKind::kTokens;
  reject("inputs of shape (10, 6, 2)");
  data_.kind = InputKind::kAuto;
  write({6, 2}, {2, 2});
  reject("y_train.npy: targets of shape (10, 2, 2), where (samples) or (samples, outputs)");
  write({6, 2}, {2});
  data_.classes = {"a", "b"};
  reject("y_train.npy: classes of shape (10, 2), where (samples) is needed");
  data_.classes = {};
  write<float, float>({6, 2}, {2});
  data_.outputs = {"x", "y", "z"};
  reject("data.outputs has 3 names, but ");
}

TEST_F(OwnDataTest, NamesEmptyMissingAndOtherFiles) {
  write({6, 0});
  reject("x_train.npy: shape (10, 6, 0) holds no numbers");
  files_.write("x_train", make_tensor<float>({}));
  reject("x_train.npy: a single number");
  write_file(files_.path("x_train"), "text");
  reject("x_train.npy: does not start as an .npy file");
  data_.train.inputs = files_.path("none");
  reject("none.npy: cannot read");
  data_.train.inputs = "";
  reject("data.train.inputs names no file");
  data_.train.inputs = "a";
  data_.val.targets = "b";
  reject("data.val.inputs names no file");
}

TEST_F(OwnDataTest, NamesContradictions) {
  data_.classes = {"a", ""};
  reject("data.classes: the name \"\" is empty");
  data_.classes = {"a", "a"};
  reject("data.classes: the name \"a\" is empty or stands twice");
  data_.classes = {"a", "b"};
  data_.outputs = {"x"};
  reject("data.classes and data.outputs are both given");
  data_.outputs = {};
  data_.unit = "cm";
  reject("data.outputs and data.unit are of numbers");
  data_.unit = "";
  data_.answer = TargetKind::kNumbers;
  reject("data.classes is given, but the targets are numbers");
  data_.answer = TargetKind::kAuto;
  data_.vocab = 5;
  reject("data.vocab = 5 is for tokens");
  data_.vocab = 0;
  data_.mirror = true;
  reject("data.mirror is for images");
  data_.mirror = false;
  data_.classes = {"a"};
  reject("y_train.npy: there is one class");
  data_.kind = InputKind::kTokens;
  write<std::int64_t>({6});
  data_.vocab = 1 << 21;
  reject("data.vocab = 2097152 must lie in 1 .. 1048576");
}

TEST_F(OwnDataTest, RefusesWhatDoesNotFitIntoMemory) {
  // 10 * 6 * 2 numbers: as many floats in the file, and as many read.
  EXPECT_NO_THROW(open_own_data(data_, 960));
  expect_error([&] { open_own_data(data_, 959); },
               "x_train.npy: reading 120 numbers of float32 takes 0 MiB");
  EXPECT_GT(physical_memory(), std::size_t{1} << 28);
}

}  // namespace
}  // namespace emamba
