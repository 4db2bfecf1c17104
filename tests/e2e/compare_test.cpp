// SPDX-License-Identifier: Apache-2.0
// `emamba compare`, and the document that shows what it prints.
#include "tool.h"

namespace emamba {
namespace {

using Compare = Tool;
using nlohmann::json;

const std::vector<std::string> kModels = {"models/mars/config.toml", "models/mars-cnn/config.toml",
                                          "models/mars-vit/config.toml"};

std::vector<std::string> arguments(const std::vector<std::string>& more) {
  std::vector<std::string> all = {"compare"};
  all.insert(all.end(), kModels.begin(), kModels.end());
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

TEST_F(Compare, TheDocumentShowsWhatItPrints) {
  const std::string printed = succeed(arguments({"--markdown"})).out;
  EXPECT_NE(read_file("docs/baselines.md").find(printed), std::string::npos) << printed;
}

// What it finds for a goal is what the goal gives, and ratios are those of the numbers beside them.
TEST_F(Compare, FindsWhatGoalsFind) {
  const std::string path = folder_ / "compare.html";
  const json result = succeed(arguments({"--json", "--html", path})).json();
  const std::string page = read_file(path);
  for (const char* text :
       {"mars-cnn", "least latency that fits", "in the paper 5.62 x", "</html>"}) {
    EXPECT_NE(page.find(text), std::string::npos) << text;
  }
  const json &mars = result.at("models").at(0), &cnn = result.at("models").at(1),
             &vit = result.at("models").at(2);
  EXPECT_EQ(mars.at("kind"), "mamba");
  EXPECT_EQ(cnn.at("kind"), "cnn");
  EXPECT_EQ(vit.at("kind"), "vit");
  EXPECT_EQ(cnn.at("parameters"), 1085881);
  const json latency =
      succeed({"estimate", kModels[0], "--json", "--set", "hardware.goal=latency"}).json();
  const json& design = mars.at("rules").at("latency");
  EXPECT_EQ(design.at("latency_cycles"), latency.at("latency_cycles"));
  EXPECT_EQ(design.at("multipliers"), latency.at("multipliers"));
  for (const char* key : {"cycles_per_frame", "latency_cycles", "dsp", "lut", "settings"}) {
    EXPECT_TRUE(design.contains(key)) << key;
  }
  EXPECT_LE(cnn.at("rules").at("multipliers-64").at("multipliers"), 64);
  EXPECT_LE(cnn.at("rules").at("multipliers-512").at("multipliers"), 512);
  int found = 0;
  for (const json& ratio : result.at("ratios")) {
    if (ratio.at("rule") != "latency") continue;
    const json& other = ratio.at("of") == "mars-cnn" ? cnn : vit;
    ++found;
    EXPECT_EQ(ratio.at("of"), other.at("name"));
    EXPECT_DOUBLE_EQ(ratio.at("value"),
                     other.at("rules").at("latency").at("latency_cycles").get<double>() /
                         design.at("latency_cycles").get<double>());
    EXPECT_EQ(ratio.at("paper"), &other == &cnn ? 5.62 : 4.95);
  }
  EXPECT_EQ(found, 2);
}

TEST_F(Compare, RefusesModelsOfSeveralTasks) {
  expect_failure({"compare", kModels[0], "models/fashion-mnist/config.toml"}, 1,
                 "compare models of one task");
  expect_failure({"compare", kModels[0], "--device", "zcu103"}, 1, "zcu102");
}

}  // namespace
}  // namespace emamba
