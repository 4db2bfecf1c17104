// SPDX-License-Identifier: Apache-2.0
#include "data/own_report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "data/own_testing.h"

namespace emamba {
namespace {

using nlohmann::json;

class OwnReport : public testing::Test {
 protected:
  json inspect() { return inspect_own_data(open_own_data(files_.data)); }
  // One warning is about `file` and says `text`.
  void expect_warning(const std::string& file, const std::string& text) {
    const json warnings = inspect().at("warnings");
    const bool found = std::any_of(warnings.begin(), warnings.end(), [&](const json& warning) {
      const auto sentence = warning.get<std::string>();
      return sentence.find(file + ".npy: " + text) != std::string::npos;
    });
    EXPECT_TRUE(found) << text << "\nin " << warnings.dump(2);
  }
  // Training inputs of 10 samples, 2 steps, 2 channels: number i is `number(i)`.
  template <class F>
  void write_inputs(F number) {
    for (const std::string part : {"train", "test"}) {
      auto x = make_tensor<float>({part == "train" ? std::size_t{10} : 4, 2, 2});
      for (std::size_t i = 0; i < x.size(); ++i) x.data[i] = static_cast<float>(number(i));
      files_.write("x_" + part, x);
    }
  }

  OwnFiles files_;
  OwnData& data_ = files_.data;
};

TEST_F(OwnReport, SaysWhatIsThere) {
  data_.classes = {"walk", "run"};
  const json report = inspect();
  EXPECT_EQ(report.at("kind"), "sequence");
  EXPECT_EQ(report.at("sample"),
            json({{"height", 1}, {"width", 6}, {"channels", 2}, {"vocab", 0}}));
  EXPECT_EQ(report.at("answer"), "classes");
  EXPECT_FALSE(report.contains("unit"));
  EXPECT_EQ(report.at("parts").size(), 2u);
  const json& train = report.at("parts").at("train");
  EXPECT_EQ(train.at("inputs"),
            json({{"file", files_.path("x_train")}, {"dtype", "float32"}, {"shape", {10, 6, 2}}}));
  EXPECT_EQ(train.at("targets").at("dtype"), "int64");
  EXPECT_EQ(train.at("samples"), 10);
  EXPECT_EQ(train.at("repeated"), 0);
  EXPECT_EQ(train.at("nan"), 0);
  EXPECT_EQ(train.at("classes"),
            json({{{"name", "walk"}, {"samples", 5}}, {{"name", "run"}, {"samples", 5}}}));
  // Channel 0 is 0, 2, ..., 118 divided by 8.
  const json& channel = train.at("channels").at(0);
  EXPECT_EQ(channel.at("min"), 0);
  EXPECT_EQ(channel.at("max"), 118.0 / 8);
  EXPECT_DOUBLE_EQ(channel.at("mean"), 59.0 / 8);
  EXPECT_DOUBLE_EQ(channel.at("std"), std::sqrt((60.0 * 60 - 1) / 12) * 2 / 8);
  EXPECT_EQ(channel.at("constant"), false);
  EXPECT_EQ(report.at("parts").at("test").at("in_train"), 0);
  // Test inputs start at 100, far from those of train.
  expect_warning("x_test", "channel 0 has mean 102.9, but 7.375 in train");
}

TEST_F(OwnReport, SoundDataHasNoWarnings) {
  write_inputs([](std::size_t i) { return i * 37 % 101; });
  files_.write("x_test", Tensor<float>{{4, 2, 2},
                                       {90, 7, 8, 9, 0, 11, 42, 3,  //
                                        14, 85, 6, 71, 8, 98, 40, 1}});
  EXPECT_EQ(inspect().at("warnings"), json::array());
}

TEST_F(OwnReport, CountsWhatIsNotFinite) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  files_.write("x_test", Tensor<float>{{4, 6, 2}, [&] {
                                         std::vector<float> x(48, kNan);
                                         for (std::size_t i = 13; i < 48; i += 2) x[i] = 1;
                                         x[13] = -kInfinity;
                                         for (std::size_t i = 24; i < 48; i += 2) x[i] = kInfinity;
                                         return x;
                                       }()});
  const json test = inspect().at("parts").at("test");
  EXPECT_EQ(test.at("nan"), 12 + 6);
  EXPECT_EQ(test.at("infinite"), 1 + 12);
  EXPECT_EQ(test.at("not_finite"), 4);
  EXPECT_EQ(test.at("channels").at(0).at("mean"), nullptr);
  EXPECT_EQ(test.at("channels").at(0).at("constant"), false);
  EXPECT_EQ(test.at("channels").at(1).at("mean"), 1);
  expect_warning("x_test", "4 of 4 samples hold NaN or infinities");
  expect_warning("x_test", "channel 0 has no finite number");
}

TEST_F(OwnReport, FindsSamplesThatStandTwice) {
  Tensor<float> x = read_npy(files_.path("x_train"));
  files_.write("x_test", Tensor<float>{{2, 6, 2}, {x.row(3), x.row(5)}});
  files_.write("y_test", Tensor<std::int64_t>{{2}, {0, 1}});
  std::copy(x.row(3), x.row(4), x.row(8));
  std::copy(x.row(3), x.row(4), x.row(9));
  files_.write("x_train", x);
  const json parts = inspect().at("parts");
  EXPECT_EQ(parts.at("train").at("repeated"), 2);
  EXPECT_FALSE(parts.at("train").contains("in_train"));
  EXPECT_EQ(parts.at("test").at("in_train"), 2);
  expect_warning("x_train", "2 of 10 samples are equal to an earlier one");
  expect_warning("x_test", "2 of 2 samples are also in train");
}

TEST_F(OwnReport, WarnsOfClasses) {
  data_.classes = {"a", "b", "c"};
  Tensor<std::int64_t> y{{24}, std::vector<std::int64_t>(24, 1)};
  y.data[7] = 0;
  files_.write("x_train", make_tensor<float>({24, 6, 2}));
  files_.write("y_train", y);
  expect_warning("y_train", "no sample is of class 2 (c)");
  y.data[8] = 2;
  y.data[9] = 2;
  files_.write("y_train", y);
  expect_warning("y_train", "the largest class has 21 samples and the smallest 1");
  expect_warning("y_test", "no sample is of class 2 (c)");
}

TEST_F(OwnReport, WarnsOfChannels) {
  write_inputs([](std::size_t i) { return i % 2 ? 7.5 : static_cast<double>(i); });
  expect_warning("x_train", "channel 1 is always 7.5");
  EXPECT_EQ(inspect().at("parts").at("train").at("channels").at(1).at("constant"), true);
  write_inputs([](std::size_t i) { return 1e6 + static_cast<double>(i % 5); });
  expect_warning("x_train", "channel 0 has mean 1e+06 and standard deviation 1.414");
}

TEST_F(OwnReport, ReportsTokens) {
  for (const std::string part : {"train", "test"}) {
    files_.write("x_" + part,
                 Tensor<std::int64_t>{{2, 3}, {0, 5, 1, 2, 0, part == "test" ? 2 : 9}});
    files_.write("y_" + part, Tensor<std::int64_t>{{2}, {0, 1}});
  }
  const json report = inspect();
  EXPECT_EQ(report.at("kind"), "tokens");
  EXPECT_EQ(report.at("sample").at("vocab"), 10);
  EXPECT_EQ(report.at("parts").at("train").at("tokens"), json({{"largest", 9}, {"different", 5}}));
  EXPECT_EQ(report.at("parts").at("test").at("tokens"), json({{"largest", 5}, {"different", 4}}));
  EXPECT_FALSE(report.at("parts").at("train").contains("channels"));
}

TEST_F(OwnReport, ReportsNumbers) {
  data_.outputs = {"pressure", "flow", "state"};
  data_.unit = "kPa";
  for (const std::string part : {"train", "test"}) {
    auto y = make_tensor<float>({part == "train" ? std::size_t{10} : 4, 3});
    for (std::size_t i = 0; i < y.shape[0]; ++i) {
      y.row(i)[0] = 1000 * static_cast<float>(i);
      y.row(i)[1] = static_cast<float>(i % 3);
      y.row(i)[2] = 4;
    }
    files_.write("y_" + part, y);
  }
  const json report = inspect();
  EXPECT_EQ(report.at("answer"), "numbers");
  EXPECT_EQ(report.at("unit"), "kPa");
  const json& outputs = report.at("parts").at("train").at("outputs");
  EXPECT_EQ(outputs.at(0).at("name"), "pressure");
  EXPECT_EQ(outputs.at(0).at("max"), 9000);
  EXPECT_EQ(outputs.at(1).at("mean"), 0.9);
  EXPECT_FALSE(report.at("parts").at("train").contains("classes"));
  expect_warning("y_train", "output pressure has standard deviation 2872");
  expect_warning("y_train", "output state is always 4");
}

TEST_F(OwnReport, WarnsOfDimensionsThatMeanSomethingElse) {
  files_.write("x_train", make_tensor<float>({10, 28, 28}));
  files_.write("x_test", make_tensor<float>({4, 28, 28}));
  expect_warning("x_train", "28 steps of 28 channels; if these are grey images");
  files_.write("x_train", make_tensor<float>({10, 3, 16, 12}));
  files_.write("x_test", make_tensor<float>({4, 3, 16, 12}));
  expect_warning("x_train", "images of 3 x 16 pixels with 12 channels");
}

}  // namespace
}  // namespace emamba
