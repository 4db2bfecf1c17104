// SPDX-License-Identifier: Apache-2.0
// Metrics in words and tables, whatever they are.
#include "report/measures.h"

#include <gtest/gtest.h>

#include "report/text_table.h"

namespace emamba {
namespace {

using nlohmann::json;

const std::vector<Measure> kAccuracy = {{"accuracy", "accuracy", "%", true}};
const std::vector<Measure> kErrors = {{"mae_cm", "MAE", "cm", false},
                                      {"rmse_cm", "RMSE", "cm", false}};
const std::vector<Measure> kPlain = {{"perplexity", "perplexity", "", false}};

TEST(Measures, AreReadFromAResult) {
  const json measure = {
      {"key", "rmse_k"}, {"name", "RMSE"}, {"unit", "K"}, {"larger_is_better", false}};
  const std::vector<Measure> measures = measures_at({{"measures", json::array({measure})}});
  ASSERT_EQ(measures.size(), 1u);
  EXPECT_EQ(measures.front().label(), "RMSE, K");
  EXPECT_THROW(measures_at({{"measures", json::array()}}), json::exception);
  EXPECT_THROW(measures_at(json::object()), json::exception);
}

TEST(Measures, SayTheUnitOnce) {
  EXPECT_EQ(metrics_text(kAccuracy, {{"accuracy", 90.834}}), "90.83 %");
  EXPECT_EQ(metrics_text(kErrors, {{"mae_cm", 5.338}, {"rmse_cm", 7.634}}),
            "MAE 5.34, RMSE 7.63 cm");
  EXPECT_EQ(metrics_text(kPlain, {{"perplexity", 21}}), "21.00");
  EXPECT_EQ(metrics_text({kAccuracy[0], kErrors[1]}, {{"accuracy", 90}, {"rmse_cm", 7}}),
            "accuracy 90.00 %, RMSE 7.00 cm");
}

TEST(Measures, NameWhatChangesAmongSeveral) {
  EXPECT_EQ(change_text(kAccuracy, {{"accuracy", 90.83}}, {{"accuracy", 90.64}}), "-0.19 points");
  EXPECT_EQ(
      change_text(kErrors, {{"mae_cm", 5}, {"rmse_cm", 7.25}}, {{"mae_cm", 9}, {"rmse_cm", 7.5}}),
      "+0.25 cm of RMSE");
  EXPECT_EQ(change_text(kPlain, {{"perplexity", 21}}, {{"perplexity", 21}}), "+0.00");
}

TEST(Measures, MakeATableOfArithmetics) {
  const json metrics = {{"float", {{"perplexity", 21}}},
                        {"pwl", {{"perplexity", 21}}},
                        {"golden", {{"perplexity", 23.5}}}};
  EXPECT_EQ(TextTable(arithmetic_table(kPlain, metrics)).text(),
            "arithmetic               perplexity  change  comes from\n"
            "float, exact functions        21.00       -  -\n"
            "float, piecewise linear       21.00   +0.00  lines for SiLU and exp\n"
            "integers only                 23.50   +2.50  rounding weights and edges\n");
}

TEST(TextTable, ShowsHeadsOfGroupsAsRows) {
  const ReportTable table{
      "caption",
      {{"of", ColumnKind::kText}, {"RMSE, cm"}},
      {{{{"axis"}, {""}}, {{{"x"}, {"7.50"}}}}, {{{"joint"}, {""}}, {{{"Head"}, {"12.25"}}}}}};
  EXPECT_EQ(TextTable(table).text(),
            "of     RMSE, cm\naxis\nx          7.50\njoint\nHead      12.25\n");
}

}  // namespace
}  // namespace emamba
