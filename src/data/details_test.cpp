// SPDX-License-Identifier: Apache-2.0
#include "data/details.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "data/testing.h"

namespace emamba {
namespace {

TEST(Details, ConfusionCountsTrueClassesByRow) {
  Split split = bare_split(5);
  split.labels = {0, 0, 1, 1, 0};
  // Predicted: 0, 2, 1, 0 (the first of equals), 0.
  const Tensor<float> outputs{{5, 3}, {3, 1, 1, 0, 1, 2, -1, 5, 0, 4, 4, -2, 9, 0, 0}};
  const Details details = details_of(split, outputs);
  EXPECT_EQ(details.confusion, (Tensor<std::size_t>{{3, 3}, {2, 0, 1, 1, 1, 0, 0, 0, 0}}));
  EXPECT_DOUBLE_EQ(recall_percent(details.confusion, 0), 200.0 / 3);
  EXPECT_DOUBLE_EQ(recall_percent(details.confusion, 1), 50);
  EXPECT_TRUE(std::isnan(recall_percent(details.confusion, 2)));
  EXPECT_TRUE(details.axes.empty());

  const nlohmann::json json = to_json(details, task_called("synthetic-images"));
  EXPECT_EQ(json.at("classes"), nlohmann::json({"0", "1", "2"}));
  EXPECT_EQ(json.at("confusion"), nlohmann::json({{2, 0, 1}, {1, 1, 0}, {0, 0, 0}}));
  EXPECT_EQ(json.at("recall").at(1), 50.0);
  EXPECT_TRUE(json.at("recall").at(2).is_null());
}

TEST(Details, ErrorsAreMeansOfEachCoordinatesError) {
  Split split = bare_split(2);
  split.targets = make_tensor<float>({2, 6});  // x0 x1 y0 y1 z0 z1
  split.subjects = {1, 3};
  const Tensor<float> outputs{{2, 6},
                              {3, 0, 1, 2, 0, 0,  //
                               4, 0, -1, 2, 0, 8}};
  // By coordinate: MAE 3.5, 0, 1, 2, 0, 4; RMSE r, 0, 1, 2, 0, s; in metres.
  const double r = std::sqrt(12.5), s = std::sqrt(32.0);
  const Details details = details_of(split, outputs);
  const auto expect = [](const PartError& part, double mae_m, double rmse_m) {
    EXPECT_DOUBLE_EQ(part.mae_cm, 100 * mae_m);
    EXPECT_DOUBLE_EQ(part.rmse_cm, 100 * rmse_m);
  };
  ASSERT_EQ(details.axes.size(), 3u);
  expect(details.axes[0], 1.75, r / 2);
  expect(details.axes[1], 1.5, 1.5);
  expect(details.axes[2], 2, s / 2);
  ASSERT_EQ(details.joints.size(), 2u);
  expect(details.joints[0], 1.5, (r + 1) / 3);
  expect(details.joints[1], 2, (2 + s) / 3);
  ASSERT_EQ(details.subjects.size(), 2u);
  expect(details.subjects[0].error, 1, 1);  // one frame each: |error| is both
  expect(details.subjects[1].error, 2.5, 2.5);
  EXPECT_EQ(details.subjects[1].subject, 3);
  EXPECT_EQ(details.subjects[1].samples, 1u);

  const nlohmann::json json = to_json(details, task_called("mars"));
  EXPECT_EQ(json.at("axes").at(2).at("name"), "z");
  EXPECT_EQ(json.at("joints").at(1).at("name"), "1") << "two joints are not those of MARS";
  EXPECT_EQ(json.at("subjects").at(1).at("name"), "3");
}

TEST(Details, NamesTheJointsOfMars) {
  Split split = bare_split(1);
  split.targets = make_tensor<float>({1, 57});
  const Details details = details_of(split, make_tensor<float>({1, 57}));
  const nlohmann::json json = to_json(details, task_called("mars"));
  EXPECT_EQ(json.at("joints").at(3).at("name"), "Head");
  EXPECT_EQ(json.at("joints").at(18).at("name"), "SpineShoulder");
  EXPECT_TRUE(json.at("subjects").empty()) << "not known";
}

TEST(Details, RefusesOutputsThatDoNotFit) {
  Split split = bare_split(1);
  split.labels = {2};
  EXPECT_THROW(details_of(split, Tensor<float>{{1, 2}, {0, 1}}), Error);
  split.labels.clear();
  split.targets = make_tensor<float>({1, 4});
  EXPECT_THROW(details_of(split, make_tensor<float>({1, 4})), Error);
  EXPECT_THROW(details_of(split, make_tensor<float>({2, 4})), Error);
}

}  // namespace
}  // namespace emamba
