// SPDX-License-Identifier: Apache-2.0
#include "data/own_config.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "data/own_testing.h"

namespace emamba {
namespace {

using Shape = std::vector<std::size_t>;

TEST(GuessFiles, KnowsManyWaysToNameThem) {
  const auto expect = [](const std::string& name, const std::string& meaning) {
    const OwnData data = guess_files({name});
    const std::string part = !data.train.inputs.empty() || !data.train.targets.empty() ? "train"
                             : !data.val.inputs.empty() || !data.val.targets.empty()   ? "val"
                                                                                       : "test";
    const ArrayFiles& files = files_of(data, part);
    EXPECT_EQ(part + (files.inputs.empty() ? " targets" : " inputs"), meaning) << name;
    EXPECT_EQ(files.inputs + files.targets, name);
  };
  expect("x_train.npy", "train inputs");
  expect("some/train_folder/X_test.npy", "test inputs");
  expect("y_val.npy", "val targets");
  expect("yTest.npy", "test targets");
  expect("Xtrain.npy", "train inputs");
  expect("TestLabels.npy", "test targets");
  expect("trainlabels.npy", "train targets");
  expect("har-validation-features-v2.npy", "val inputs");
  expect("featuremap_train.npy", "train inputs");
  expect("dev_y.npy", "val targets");
  expect("y_test_values.npy", "test targets");
  expect("X_TRAIN.npy", "train inputs");
}

TEST(GuessFiles, NamesWhatItCannotTell) {
  for (const std::string name :
       {"a.npy", "x.npy", "train.npy", "train_test_x.npy", "contest_x.npy"}) {
    expect_error([&] { guess_files({name}); }, name + ": its name does not tell what it is");
  }
  expect_error(
      [] {
        guess_files({"x_train.npy", "b/train_x.npy"});
      },
      "x_train.npy and b/train_x.npy are both named like the inputs of one part");
}

class StartingConfig : public testing::Test {
 protected:
  std::string config() {
    const std::string folder = files_.path("x").substr(0, files_.path("x").rfind('/'));
    return starting_config(open_own_data(files_.data), "mine", folder);
  }
  void write(std::size_t samples, Shape sample) {
    for (const std::string part : {"train", "test"}) {
      Shape shape{samples};
      shape.insert(shape.end(), sample.begin(), sample.end());
      files_.write("x_" + part, make_tensor<float>(shape));
      auto y = make_tensor<std::int64_t>({samples});
      for (std::size_t i = 0; i < samples; ++i) y.data[i] = static_cast<std::int64_t>(i % 2);
      files_.write("y_" + part, y);
    }
  }
  void expect_line(const std::string& start) {
    std::string text = "\n" + config();
    // Comments stand in a column; here, behind one space.
    const auto both = [](char a, char b) { return a == ' ' && b == ' '; };
    text.erase(std::unique(text.begin(), text.end(), both), text.end());
    EXPECT_NE(text.find("\n" + start), std::string::npos) << start << "\nin" << text;
  }

  OwnFiles files_;
  OwnData& data_ = files_.data;
};

TEST_F(StartingConfig, DescribesTheData) {
  data_.classes = {"walk", "say \"run\"", "caf\xc3\xa9"};
  expect_line("name = \"mine\"\n");
  expect_line("task = \"own\" ");
  expect_line("[data]\n");
  expect_line("train.inputs = \"x_train.npy\"\n");
  expect_line("test.targets = \"y_test.npy\"\n");
  expect_line("kind = \"sequence\" # 6 steps in time of 2 channels\n");
  expect_line("answer = \"classes\"\n");
  expect_line("classes = [\"walk\", \"say \\\"run\\\"\", \"caf\xc3\xa9\"] # names");
  expect_line("nonfinite = \"refuse\" ");
  expect_line("loss = \"cross-entropy\"\n");
  expect_line("holdout = 0.1\n");
  data_.val = data_.test;
  expect_line("val.inputs = \"x_test.npy\"\n");
  EXPECT_EQ(config().find("holdout"), std::string::npos);
}

TEST_F(StartingConfig, ManyNamesStandOnSeveralLines) {
  for (int i = 0; i < 60; ++i) data_.classes.push_back("class-" + std::to_string(i));
  std::istringstream lines(config());
  std::string line;
  int names = 0;
  while (std::getline(lines, line)) {
    EXPECT_LE(line.size(), 100u) << line;
    for (std::size_t at = 0; (at = line.find("\"class-", at)) != std::string::npos; ++at) ++names;
  }
  EXPECT_EQ(names, 60);
}

TEST_F(StartingConfig, CutsSequencesAlongTime) {
  write(100, {128, 6});
  expect_line("P = [1, 4] ");
  expect_line("head = \"mean-linear\" ");
  expect_line("position = \"none\" ");
  write(100, {101, 6});  // a prime
  expect_line("P = [1, 1] ");
  write(100, {1009, 6});
  expect_line("# 1009 tokens are many");
  EXPECT_EQ(config().find("shift"), std::string::npos);
}

TEST_F(StartingConfig, CutsImagesIntoSquares) {
  write(100, {28, 28});
  expect_line("# If these are grey images, kind = \"images\" is right.\n");
  data_.kind = InputKind::kImages;
  expect_line("P = [4, 4] ");
  expect_line("kind = \"images\" # of 28 x 28 pixels with 1 channels\n");
  expect_line("head = \"flatten-linear\" # 49 * 16 -> 2\n");
  expect_line("shift = 1 ");
  expect_line("flip = false ");
  data_.mirror = true;
  expect_line("flip = true ");
  expect_line("mirror = true ");
  write(100, {32, 32, 3});
  expect_line("P = [4, 4] ");
  write(100, {8, 8, 5});
  expect_line("P = [2, 2] ");
  write(100, {12, 30, 1});  // no square comes near
  expect_line("P = [4, 3] ");
}

TEST_F(StartingConfig, DescribesTokensAndNumbers) {
  for (const std::string part : {"train", "test"}) {
    files_.write("x_" + part, Tensor<std::int64_t>{{2, 3}, {0, 5, 1, 2, 0, 4}});
    files_.write("y_" + part, Tensor<float>{{2, 2}, {0, 1, 1, 0}});
  }
  data_.outputs = {"left", "right"};
  data_.unit = "m/s";
  expect_line("kind = \"tokens\" # 3 ids a sample\n");
  expect_line("vocab = 6 ");
  expect_line("answer = \"numbers\"\n");
  expect_line("outputs = [\"left\", \"right\"] ");
  expect_line("unit = \"m/s\" ");
  expect_line("loss = \"rmse\" ");
  EXPECT_EQ(config().find("patch"), std::string::npos);
}

TEST_F(StartingConfig, RefusesNamesThatAreNoText) {
  data_.classes = {"a", "\xff"};
  expect_error([&] { config(); }, "is not UTF-8");
}

}  // namespace
}  // namespace emamba
