// SPDX-License-Identifier: Apache-2.0
// Metrics in their parts, for classes and for quantities of any kind.
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
  EXPECT_TRUE(details.errors.empty());

  const nlohmann::json json = to_json(details);
  EXPECT_EQ(json.at("classes"), nlohmann::json({"0", "1", "2"}));
  EXPECT_EQ(json.at("confusion"), nlohmann::json({{2, 0, 1}, {1, 1, 0}, {0, 0, 0}}));
  EXPECT_EQ(json.at("recall").at(1), 50.0);
  EXPECT_TRUE(json.at("recall").at(2).is_null());
}

TEST(Details, ErrorsAreMeansOfEachOutputsError) {
  Split split = bare_split(2);
  split.targets = make_tensor<float>({2, 6});  // x0 x1 y0 y1 z0 z1
  split.subjects = {1, 3};
  split.answer = {.names = {},
                  .unit = "cm",
                  .units = 100,
                  .groups = {{"axis", "x", {0, 1}},
                             {"axis", "y", {2, 3}},
                             {"axis", "z", {4, 5}},
                             {"joint", "0", {0, 2, 4}},
                             {"joint", "1", {1, 3, 5}}}};
  const Tensor<float> outputs{{2, 6},
                              {3, 0, 1, 2, 0, 0,  //
                               4, 0, -1, 2, 0, 8}};
  // By output: MAE 3.5, 0, 1, 2, 0, 4; RMSE r, 0, 1, 2, 0, s; in metres.
  const double r = std::sqrt(12.5), s = std::sqrt(32.0);
  const Details details = details_of(split, outputs);
  const auto expect = [](const Part& part, double mae_m, double rmse_m) {
    EXPECT_DOUBLE_EQ(part.metrics.all.at(0).value, 100 * mae_m);
    EXPECT_DOUBLE_EQ(part.metrics.all.at(1).value, 100 * rmse_m);
  };
  ASSERT_EQ(details.errors.size(), 3u);
  const std::vector<Part>& axes = details.errors[0].parts;
  ASSERT_EQ(axes.size(), 3u);
  expect(axes[0], 1.75, r / 2);
  expect(axes[1], 1.5, 1.5);
  expect(axes[2], 2, s / 2);
  const std::vector<Part>& joints = details.errors[1].parts;
  ASSERT_EQ(joints.size(), 2u);
  expect(joints[0], 1.5, (r + 1) / 3);
  expect(joints[1], 2, (2 + s) / 3);
  const std::vector<Part>& subjects = details.errors[2].parts;
  ASSERT_EQ(subjects.size(), 2u);
  expect(subjects[0], 1, 1);  // one frame each: |error| is both
  expect(subjects[1], 2.5, 2.5);
  EXPECT_EQ(subjects[1].name, "3");
  EXPECT_EQ(subjects[1].samples, 1u);

  const nlohmann::json json = to_json(details).at("errors");
  EXPECT_EQ(json.at(0).at("by"), "axis");
  EXPECT_EQ(json.at(0).at("parts").at(2).at("name"), "z");
  EXPECT_FALSE(json.at(0).at("parts").at(2).contains("samples"));
  EXPECT_EQ(json.at(2).at("parts").at(1).at("samples"), 1);
  EXPECT_DOUBLE_EQ(json.at(2).at("parts").at(1).at("mae_cm"), 250);
}

// Nothing but MARS has axes, joints and centimetres.
TEST(Details, QuantitiesWithoutGroupsAreReportedOneByOne) {
  Split split = bare_split(2);
  split.targets = {{2, 2}, {1, 2, 3, 4}};
  split.answer.names = {"temperature"};
  split.answer.unit = "K";
  const nlohmann::json json = to_json(details_of(split, Tensor<float>{{2, 2}, {1.5f, 2, 3.5f, 2}}));
  const nlohmann::json expected = {
      {{"by", "output"},
       {"parts",
        {{{"name", "temperature"}, {"mae_k", 0.5}, {"rmse_k", 0.5}},
         {{"name", "1"}, {"mae_k", 1.0}, {"rmse_k", std::sqrt(2.0)}}}}}};
  EXPECT_EQ(json.at("errors"), expected);
}

TEST(Details, NamesTheJointsOfMars) {
  Split split = bare_split(1);
  split.targets = make_tensor<float>({1, 57});
  split.answer = task_called("mars").answer;
  EXPECT_EQ(split.answer.name(38 + 18), "SpineShoulder z");
  const nlohmann::json json = to_json(details_of(split, make_tensor<float>({1, 57}))).at("errors");
  ASSERT_EQ(json.size(), 2u) << "subjects are not known";
  EXPECT_EQ(json.at(1).at("parts").at(3).at("name"), "Head");
  EXPECT_EQ(json.at(1).at("parts").at(18).at("name"), "SpineShoulder");
}

TEST(Details, RefusesOutputsThatDoNotFit) {
  Split split = bare_split(1);
  split.labels = {2};
  EXPECT_THROW(details_of(split, Tensor<float>{{1, 2}, {0, 1}}), Error);
  split.labels.clear();
  split.targets = make_tensor<float>({1, 4});
  split.answer.groups = {{"axis", "x", {3, 4}}};
  EXPECT_THROW(details_of(split, make_tensor<float>({1, 4})), Error);
  EXPECT_THROW(details_of(split, make_tensor<float>({2, 4})), Error);
}

}  // namespace
}  // namespace emamba
