// SPDX-License-Identifier: Apache-2.0
// Metrics as data, and their way through JSON.
#include "data/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/testing.h"
#include "data/testing.h"

namespace emamba {
namespace {

TEST(Metrics, AccuracyTakesTheLowestIndexAmongEqualLogits) {
  Split split = bare_split(4);
  split.labels = {0, 2, 1, 1};
  const Tensor<float> outputs{{4, 3}, {1, 1, 1, 0, 1, 2, 5, 5, 0, -3, -1, -2}};
  // The third sample's tie goes to class 0, not to its label 1.
  EXPECT_EQ(metrics_of(split, outputs), (Metrics{{{"accuracy", "%", 75.0, true}}}));
}

TEST(Metrics, ErrorsAreMeansOfEachOutputsInTheUnitOfTheAnswer) {
  Split split = bare_split(2);
  split.targets = {{2, 2}, {1, 2, 3, 4}};
  split.answer.unit = "mm";
  split.answer.units = 1000;
  const Tensor<float> outputs{{2, 2}, {1.5f, 2, 3.25f, 2}};
  // Errors of output 0: 0.5 and 0.25; of output 1: 0 and -2.
  const Metrics metrics = metrics_of(split, outputs);
  ASSERT_EQ(metrics.all.size(), 2u);
  EXPECT_EQ(metrics.all[0].name, "MAE");
  EXPECT_DOUBLE_EQ(metrics.all[0].value, 1000 * (0.375 + 1.0) / 2);
  EXPECT_EQ(metrics.main().key(), "rmse_mm");
  EXPECT_DOUBLE_EQ(metrics.main().value, 1000 * (std::sqrt(0.3125 / 2) + std::sqrt(2.0)) / 2);
}

TEST(Metrics, KeysAreNameAndUnit) {
  EXPECT_EQ((Metric{"accuracy", "%"}.key()), "accuracy");
  EXPECT_EQ((Metric{"MAE", "cm"}.key()), "mae_cm");
  EXPECT_EQ((Metric{"RMSE", ""}.key()), "rmse");
}

TEST(Metrics, LossesArePositiveWhicheverDirectionIsBetter) {
  EXPECT_EQ(lost({"accuracy", "%", 90, true}, {"accuracy", "%", 88, true}), 2);
  EXPECT_EQ(lost({"RMSE", "cm", 7, false}, {"RMSE", "cm", 8, false}), 1);
}

TEST(Metrics, GoThroughJson) {
  const Metrics metrics{{{"MAE", "cm", 5.5, false}, {"RMSE", "cm", 7.25, false}}};
  const nlohmann::json values = to_json(metrics);
  EXPECT_EQ(values, (nlohmann::json{{"mae_cm", 5.5}, {"rmse_cm", 7.25}}));
  EXPECT_EQ(metrics_from_json(values, measures_of(metrics)), metrics);
  EXPECT_THROW(metrics_from_json({{"mae_cm", 5.5}}, measures_of(metrics)),
               nlohmann::json::exception);
}

// NaN would be no error of any size, and the first class.
TEST(Metrics, OutputsThatAreNotFiniteAreRefusedByTheirSample) {
  Split classes = bare_split(2), numbers = bare_split(2);
  classes.labels = {0, 1};
  numbers.targets = {{2, 2}, {1, 2, 3, 4}};
  for (const float bad : {std::nanf(""), INFINITY, -INFINITY}) {
    const Tensor<float> outputs{{2, 2}, {1, 2, 3, bad}};
    for (const Split& split : {classes, numbers}) {
      expect_error([&] { metrics_of(split, outputs); }, "split test: sample 1, output 1 is ");
    }
  }
}

TEST(Metrics, RefusesOutputsForAnotherNumberOfSamples) {
  Split split = bare_split(2);
  split.labels = {0, 1};
  EXPECT_THROW(metrics_of(split, Tensor<float>{{1, 2}, {0, 1}}), Error);
  EXPECT_THROW(metrics_of(bare_split(0), {}), Error);
}

}  // namespace
}  // namespace emamba
