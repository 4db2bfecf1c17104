// SPDX-License-Identifier: Apache-2.0
// The tables of measured models.
#include "report/results.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/testing.h"

namespace emamba {
namespace {

using nlohmann::json;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

json result(const std::string& task, const json& measures, const json& exact, const json& golden,
            const json& details) {
  const auto engine = [&](const json& metrics) {
    return json{{"command", "emamba eval"}, {"metrics", metrics}, {"details", details}};
  };
  return {{"config", "models/" + task + "/config.toml"},
          {"command", "emamba results models/" + task + "/config.toml"},
          {"task", task},
          {"measures", measures},
          {"parameters", 15717},
          {"program_bytes", 19384},
          {"samples", 7984},
          {"files", {{"model.safetensors", "1aec"}}},
          {"data", {{"labels.npy", "81ca"}}},
          {"notes", {"121 images are not exact."}},
          {"training",
           {{"command", "emamba train c"},
            {"seed", 7},
            {"seconds", 117.3},
            {"machine", "M"},
            {"threads", 1}}},
          {"quantize", {{"command", "emamba quantize c"}}},
          {"hardware", {{"latency_cycles", 418}, {"cycles_per_frame", 128}, {"multipliers", 1555}}},
          {"float", engine(exact)},
          {"pwl", engine(exact)},
          {"golden", engine(golden)}};
}

std::vector<json> both() {
  const json part = {{"name", "Head"}, {"mae_cm", 1.25}, {"rmse_cm", 2.5}};
  json subject = part;
  subject["name"] = "4";
  subject["samples"] = 1526;
  const auto measure = [](const char* key, const char* name, const char* unit, bool larger) {
    return json{{"key", key}, {"name", name}, {"unit", unit}, {"larger_is_better", larger}};
  };
  const auto group = [](const char* by, const json& only) {
    return json{{"by", by}, {"parts", json::array({only})}};
  };
  return {result("fashion-mnist", json::array({measure("accuracy", "accuracy", "%", true)}),
                 {{"accuracy", 90.83}}, {{"accuracy", 90.64}},
                 {{"classes", {"Coat", "Bag"}},
                  {"confusion", {{3, 1}, {0, 0}}},
                  {"recall", {75.0, nullptr}}}),
          result("mars",
                 {measure("mae_cm", "MAE", "cm", false), measure("rmse_cm", "RMSE", "cm", false)},
                 {{"mae_cm", 5.338}, {"rmse_cm", 7.634}}, {{"mae_cm", 5.412}, {"rmse_cm", 7.686}},
                 {{"errors", {group("joint", part), group("subject", subject)}}})};
}

TEST(Results, OverviewHasARowForEveryModel) {
  const std::string table = results_overview(both());
  EXPECT_TRUE(contains(table,
                       "| models/fashion-mnist | fashion-mnist | 15,717 | 90.83 % | 90.64 % | "
                       "-0.19 points | 418 | 128 | 1,555 |\n"));
  EXPECT_TRUE(contains(table,
                       "| models/mars | mars | 15,717 | MAE 5.34, RMSE 7.63 cm | MAE 5.41, RMSE "
                       "7.69 cm | +0.05 cm of RMSE | 418 | 128 | 1,555 |\n"));
}

TEST(Results, DetailsShowPartsAndProvenance) {
  const std::string text = results_details(both());
  for (const char* part :
       {"## models/mars\n", "Trained with seed 7 in 117 s", "Known of the data: 121 images",
        "| Coat | 4 | 75.00 | 75.00 |\n", "| Bag | 0 | \u2013 | \u2013 |\n",
        "| Head | \u2013 | 1.25 | 1.25 | 2.50 | 2.50 |\n",
        "| 4 | 1,526 | 1.25 | 1.25 | 2.50 | 2.50 |\n", "| labels.npy | 81ca |\n"}) {
    EXPECT_TRUE(contains(text, part)) << part << "\n" << text;
  }
}

TEST(Results, DetailsCompareTheArithmetics) {
  const std::string text = results_details(both());
  for (const char* part :
       {"| integers only | 90.64 | -0.19 | rounding weights and edges | emamba eval |\n",
        "| arithmetic | MAE, cm | RMSE, cm | change, cm of RMSE | comes from | made by |\n",
        "| integers only | 5.41 | 7.69 | +0.05 | rounding weights and edges | emamba eval |\n"}) {
    EXPECT_TRUE(contains(text, part)) << part << "\n" << text;
  }
}

TEST(Results, NameWhatIsMissing) {
  std::vector<json> results = both();
  results[1].erase("hardware");
  EXPECT_THROW(results_overview(results), Error);
  results[1].erase("notes");
  EXPECT_THROW(results_details(results), Error);
}

// Found by tools/fuzz: 6.1e45 parameters.
TEST(Results, CountsThatAreNoneAreRefused) {
  for (const json& count : {json(6.1e45), json(-1e300), json(2.5)}) {
    std::vector<json> results = both();
    results[0]["parameters"] = count;
    expect_error([&] { results_overview(results); }, "in the place of a count");
  }
}

TEST(Results, StandBetweenMarkers) {
  const std::string begin = "<!-- results:begin -->\n", end = "<!-- results:end -->\n";
  const std::string page = "a\n" + begin + "old\n" + end + "z\n";
  EXPECT_EQ(with_results(page, "new\n", "p"), "a\n" + begin + "new\n" + end + "z\n");
  EXPECT_EQ(with_results(begin + end, "", "p"), begin + end);
  for (const std::string& wrong : {std::string("a\n"), begin, end + begin, page + page}) {
    EXPECT_THROW(with_results(wrong, "", "p"), Error) << wrong;
  }
}

TEST(Results, NameTheFirstLineThatDiffers) {
  EXPECT_EQ(first_difference("a\nb\n", "a\nb\n"), "");
  EXPECT_EQ(first_difference("a\nb\nc\n", "a\nx\ny\n"), "line 2 is \"b\", expected \"x\"");
  EXPECT_EQ(first_difference("a\n", "a\nb\n"), "line 2 is \"\", expected \"b\"");
  EXPECT_EQ(first_difference("a\n", "a"), "the ends of the last lines differ");
}

}  // namespace
}  // namespace emamba
