// SPDX-License-Identifier: Apache-2.0
// Measured results, and the tables made from them: what is stale is found and named.
#include <filesystem>

#include "tool.h"

namespace emamba {
namespace {

using nlohmann::json;

// A project of one small model in the test's folder.
class ResultsTest : public Tool {
 protected:
  void SetUp() override {
    write_file(folder_ / "models/small/config.toml", read_file(write_config()));
    const std::string page = "before\n<!-- results:begin -->\n<!-- results:end -->\nafter\n";
    for (const char* path : {"README.md", "docs/results.md"}) write_file(folder_ / path, page);
    for (const char* verb : {"train", "quantize"}) {
      in_project({verb, "models/small/config.toml", "--out", "models/small"});
    }
  }
  ToolRun try_in_project(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {folder_.path(), EMAMBA_TOOL});
    return run_script("cd \"$1\" && shift && exec \"$@\"", arguments);
  }
  ToolRun in_project(const std::vector<std::string>& arguments) {
    ToolRun result = try_in_project(arguments);
    EXPECT_EQ(result.exit_code, 0) << testing::PrintToString(arguments) << "\n" << result.err;
    return result;
  }
  void expect_stale(const std::string& text, int exit_code = 4) {
    const ToolRun result = try_in_project({"results", "--check"});
    EXPECT_EQ(result.exit_code, exit_code);
    EXPECT_NE(result.err.find(text), std::string::npos)
        << "expected: " << text << "\nmessages: " << result.err;
  }
  void measure() { in_project({"results", "models/small/config.toml"}); }
  json results() const {
    return parse_json(read_file(folder_ / "models/small/results.json"), "results.json");
  }
};

// Of the models that come with the project.
TEST_F(Tool, ResultsAndTablesOfTheProjectAreUpToDate) {
  succeed({"results", "--check"});
}

TEST_F(ResultsTest, AreWhatEvalAndEstimatePrint) {
  measure();
  const json results = this->results();
  const auto eval = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"eval", "models/small/config.toml", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return in_project(arguments).json();
  };
  const json exact = eval({}), golden = eval({"--engine", "golden"});
  for (const char* key : {"metrics", "details"}) {
    EXPECT_EQ(results.at("float").at(key), exact.at(key)) << key;
    EXPECT_EQ(results.at("golden").at(key), golden.at(key)) << key;
  }
  EXPECT_EQ(results.at("pwl").at("metrics"), eval({"--functions", "pwl"}).at("metrics"));
  EXPECT_EQ(results.at("measures"), exact.at("measures"));
  EXPECT_EQ(results.at("samples"), 512);
  EXPECT_EQ(results.at("subset").at("samples"), 512) << "there are no more";
  EXPECT_EQ(results.at("subset").at("golden"), golden.at("metrics"));
  EXPECT_EQ(results.at("training").at("seed"), 1);
  const json estimate = in_project({"estimate", "models/small/config.toml", "--json"}).json();
  for (const auto& [key, value] : results.at("hardware").items()) {
    EXPECT_EQ(value, estimate.at(key)) << key;
  }
  EXPECT_EQ(results.at("files").at("model.safetensors"),
            sha256_file(folder_ / "models/small/model.safetensors"));
}

TEST_F(ResultsTest, GoIntoTables) {
  measure();
  in_project({"results", "--tables"});
  const std::string readme = read_file(folder_ / "README.md");
  EXPECT_TRUE(readme.starts_with("before\n<!-- results:begin -->\n\n| model | task |")) << readme;
  EXPECT_TRUE(readme.ends_with(" |\n\n<!-- results:end -->\nafter\n")) << readme;
  EXPECT_NE(readme.find("| models/small | synthetic-images | "), std::string::npos) << readme;
  EXPECT_NE(read_file(folder_ / "docs/results.md").find("## models/small"), std::string::npos);
  in_project({"results", "--check"});
  EXPECT_NE(in_project({"results", "--tables"}).out.find("README.md is up to date"),
            std::string::npos);
}

TEST_F(ResultsTest, AreStaleWhenWhatTheyRestOnChanges) {
  expect_stale("models/small/results.json: there is no such file", 1);
  measure();
  expect_stale("README.md: line 3 is \"<!-- results:end -->\", expected \"\"");
  in_project({"results", "--tables"});
  in_project({"results", "--check"});

  const std::string config = read_file(folder_ / "models/small/config.toml");
  write_file(folder_ / "models/small/config.toml", "# a remark\n" + config);
  in_project({"results", "--check"});
  write_file(folder_ / "models/small/config.toml", config + "lr = 1e-3\n");
  expect_stale("these keys differ: train.lr");
  write_file(folder_ / "models/small/config.toml", config);

  json results = this->results();
  results["hardware"]["latency_cycles"] = 1;
  write_file(folder_ / "models/small/results.json", results.dump());
  expect_stale("models/small/results.json: hardware.latency_cycles is 1, but the plan has");

  in_project({"quantize", "models/small/config.toml", "--out", "models/small", "--set",
              "quant.samples=64"});
  expect_stale("models/small/results.json: files.program.safetensors is ");
}

TEST_F(ResultsTest, NeedFilesThatBelongTogether) {
  const auto expect_error = [&](const std::string& text) {
    const ToolRun result = try_in_project({"results", "models/small/config.toml"});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.err.find(text), std::string::npos) << result.err;
    EXPECT_FALSE(file_exists(folder_ / "models/small/results.json"));
  };
  const std::string path = folder_ / "models/small/quantize.json";
  json quantized = parse_json(read_file(path), path);
  quantized.erase("machine");
  write_file(path, quantized.dump());
  expect_error("models/small/quantize.json: lacks machine");
  quantized["program_sha256"] = "0";
  write_file(path, quantized.dump());
  expect_error("models/small/quantize.json: is not of the file beside it");
  std::filesystem::remove(path);
  expect_error("models/small/quantize.json: there is no such file");
  in_project({"quantize", "models/small/config.toml", "--out", "models/small"});
  in_project({"train", "models/small/config.toml", "--out", "models/small", "--set", "train.seed=2",
              "--force"});
  expect_error(
      "models/small/program.safetensors: made from another model than "
      "models/small/model.safetensors");
}

TEST_F(ResultsTest, NeedAPlaceOnThePages) {
  measure();
  write_file(folder_ / "README.md", "no place\n");
  EXPECT_NE(try_in_project({"results", "--tables"}).err.find("README.md: no place for the results"),
            std::string::npos);
  expect_failure({"results"}, 2, "no config is named");
  expect_failure({"results", "--check", "--tables"}, 2, "--");
}

}  // namespace
}  // namespace emamba
