// SPDX-License-Identifier: Apache-2.0
// What the tool says of itself.
#include "data/catalogue.h"
#include "tool.h"

namespace emamba {
namespace {

using Help = Tool;

TEST_F(Help, EveryVerbShowsAnExample) {
  for (const std::string verb :
       {"data", "train", "eval", "quantize", "inspect", "doctor", "estimate", "explore", "compare",
        "emit", "verify", "synth", "energy", "layout", "flow", "ablate", "sweep", "results"}) {
    const ToolRun help = succeed({verb, "--help"});
    EXPECT_NE(help.out.find("Example: emamba " + verb), std::string::npos) << help.out;
  }
  EXPECT_NE(succeed({"--help"}).out.find("Example: emamba "), std::string::npos);
  EXPECT_NE(succeed({"data", "fetch", "--help"}).out.find("Example: "), std::string::npos);
}

TEST_F(Help, VersionNamesTheSources) {
  const std::string text = succeed({"--version"}).out;
  const std::size_t plus = text.find('+');
  EXPECT_TRUE(text.starts_with("emamba 0.")) << text;
  ASSERT_NE(plus, std::string::npos) << text;
  EXPECT_EQ(text.find_first_not_of("0123456789abcdef", plus + 1), plus + 13) << text;
  EXPECT_TRUE(text.ends_with("\n"));
}

TEST_F(Help, NamesTheExitCodes) {
  const std::string help = succeed({"--help"}).out;
  for (const char* code : {"0 success", "1 a file", "2 a command line", "3 a program",
                           "4 two things", "70 a defect", "130 a training"}) {
    EXPECT_NE(help.find(code), std::string::npos) << code << "\n" << help;
  }
}

TEST_F(Help, DoctorSucceedsAndNamesEveryTool) {
  const nlohmann::json checks = succeed({"doctor", "--json"}).json().at("checks");
  std::vector<std::string> names;
  for (const auto& check : checks) {
    names.push_back(check.at("name"));
    EXPECT_NE(check.at("disables"), "") << names.back();
  }
  for (const std::string name :
       {"g++", "curl", "verilator", "yosys", "LibTorch", "fast BLAS", "data: mars"}) {
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
  }
}

TEST_F(Help, InspectListsEveryKey) {
  const nlohmann::json keys = succeed({"inspect", "--keys", "--json"}).json().at("keys");
  EXPECT_GT(keys.size(), 40u);
  for (const auto& key : keys) EXPECT_NE(key.at("meaning"), "") << key;
}

// The files beside a config need not fit what --set makes of it.
TEST_F(Help, InspectShowsAChangedConfig) {
  const nlohmann::json description =
      succeed({"inspect", "models/mars/config.toml", "--set", "model.N=4", "--json"}).json();
  EXPECT_EQ(description.at("spec").at("model").at("N"), 4);
  EXPECT_FALSE(description.contains("program"));
}

TEST_F(Help, DataNamesWhatIsMissing) {
  const nlohmann::json report =
      succeed({"data", "--data", folder_ / "empty", "--json"}).json().at("data_sets");
  bool mars = false;
  for (const auto& set : report) {
    if (set.at("name") != "mars") continue;
    mars = true;
    EXPECT_FALSE(set.at("usable"));
    EXPECT_NE(set.at("remedy").get<std::string>().find("emamba data fetch mars"),
              std::string::npos);
  }
  EXPECT_TRUE(mars);
}

// An archive whose files are all there is not downloaded again.
TEST_F(Help, FetchedDataIsOneObject) {
  const DataSet& set = data_set("cifar-10");
  const std::string target = download_folder(set, folder_.path());
  for (const std::string& file : set.files) write_file(target + "/" + file, "");
  const nlohmann::json fetched =
      succeed({"data", "fetch", "cifar-10", "--data", folder_.path(), "--json"}).json();
  EXPECT_EQ(fetched.at("name"), "cifar-10");
  EXPECT_EQ(fetched.at("folder"), target);
  EXPECT_EQ(fetched.at("files").size(), set.files.size());
  EXPECT_EQ(fetched.at("files").at(set.files.front()), target + "/" + set.files.front());
  EXPECT_EQ(succeed({"data", "--json", "--data", folder_.path(), "fetch", "cifar-10"}).json(),
            fetched);
}

}  // namespace
}  // namespace emamba
