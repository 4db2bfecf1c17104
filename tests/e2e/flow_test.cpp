// SPDX-License-Identifier: Apache-2.0
// The stages by themselves and in a flow: the same numbers, and nothing done twice.
#include <filesystem>

#include "ir/program.h"
#include "net/files.h"
#include "tool.h"

namespace emamba {
namespace {

using nlohmann::json;

class FlowTest : public Tool {
 protected:
  json flow(std::vector<std::string> arguments, const std::string& out_folder) {
    arguments.insert(arguments.begin(), "flow");
    arguments.insert(arguments.end(), {"--json", "--frames", "0", "--out", out_folder});
    return succeed(arguments).json();
  }
  // The stages that did run, but for the report, which is always written: in alphabetical order,
  // separated by spaces.
  static std::string stages_run(const json& result) {
    std::string names;
    for (const auto& [name, stage] : result.at("stages").items()) {
      if (stage.at("status") == "run" && name != "report")
        names += (names.empty() ? "" : " ") + name;
    }
    return names;
  }
};

TEST_F(FlowTest, VerbsAndFlowGiveTheSameNumbers) {
  const std::string config = write_config();
  const std::string by_hand = folder_ / "by-hand";
  const json trained = succeed({"train", config, "--out", by_hand, "--json"}).json();
  EXPECT_EQ(trained.at("samples").at("train").get<int>() % 10, 3);
  EXPECT_GT(trained.at("val").at("accuracy"), 50);
  succeed({"quantize", config, "--out", by_hand, "--json"});
  const auto eval = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"eval", config, "--out", by_hand, "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return succeed(arguments).json();
  };
  const json exact = eval({}), golden = eval({"--engine", "golden"});
  EXPECT_EQ(exact.at("engine"), "float");
  EXPECT_EQ(exact.at("split"), "test");
  EXPECT_EQ(exact.at("samples"), 512);
  EXPECT_EQ(exact.at("parameters"), trained.at("parameters"));
  EXPECT_EQ(exact.at("model"), by_hand + "/model.safetensors");
  EXPECT_EQ(golden.at("engine"), "golden");
  EXPECT_EQ(golden.at("program"), by_hand + "/program.safetensors");
  EXPECT_EQ(eval({"--engine", "fast"}).at("metrics"), golden.at("metrics"));
  EXPECT_EQ(eval({"--split", "val", "--frames", "7"}).at("samples"), 7);

  const json summary = flow({config}, out()).at("summary");
  EXPECT_EQ(summary.at("float"), exact.at("metrics"));
  EXPECT_EQ(summary.at("pwl"), eval({"--functions", "pwl"}).at("metrics"));
  EXPECT_EQ(summary.at("golden"), golden.at("metrics"));
  EXPECT_EQ(read_file(out() + "/model.safetensors"), read_file(by_hand + "/model.safetensors"));
  EXPECT_EQ(read_file(out() + "/program.safetensors"), read_file(by_hand + "/program.safetensors"));
}

TEST_F(FlowTest, RunsAgainOnlyWhatChanged) {
  const std::string config = write_config();
  const std::string all = "data eval-float eval-golden eval-pwl quantize train";
  const std::string quantised = "eval-golden eval-pwl quantize";
  EXPECT_EQ(stages_run(flow({config}, out())), all);
  EXPECT_EQ(stages_run(flow({config}, out())), "");
  EXPECT_EQ(stages_run(flow({config, "--set", "quant.samples=64"}, out())), quantised);
  EXPECT_EQ(stages_run(flow({config, "--set", "quant.samples=64"}, out())), "");
  EXPECT_EQ(stages_run(flow({config, "--set", "hardware.lanes=8"}, out())), quantised);
  EXPECT_EQ(stages_run(flow({config}, out())), "");
  EXPECT_EQ(stages_run(flow({config, "--set", "train.seed=2", "--force"}, out())),
            "eval-float eval-golden eval-pwl quantize train");
  std::filesystem::remove(out() + "/program.safetensors");
  EXPECT_NE(stages_run(flow({config, "--set", "train.seed=2"}, out())).find("quantize"),
            std::string::npos);
  write_file(out() + "/eval-float.json", "{\"key\":");
  EXPECT_EQ(stages_run(flow({config, "--set", "train.seed=2"}, out())), "eval-float");
}

// A result file with the right key, but without what the flow reads in it, counts as absent.
TEST_F(FlowTest, RunsAgainWhatHasAnIncompleteResult) {
  const std::string config = write_config();
  flow({config}, out());
  const auto damage = [&](const std::string& name, const auto& change) {
    const std::string path = out() + "/" + name + ".json";
    json result = parse_json(read_file(path), path);
    change(result);
    write_file(path, result.dump());
    return stages_run(flow({config}, out()));
  };
  for (const char* field : {"samples", "warnings"}) {
    EXPECT_EQ(damage("data", [&](json& result) { result.erase(field); }), "data") << field;
  }
  for (const char* field : {"metrics", "samples", "seconds"}) {
    EXPECT_EQ(damage("eval-pwl", [&](json& result) { result.erase(field); }), "eval-pwl") << field;
  }
  EXPECT_EQ(damage("eval-golden", [](json& result) { result["metrics"]["accuracy"] = "high"; }),
            "eval-golden");
  // A model and a program that are there are not made again.
  EXPECT_EQ(damage("train", [](json& result) { result["seconds"] = "long"; }), "");
  EXPECT_EQ(damage("quantize", [](json& result) { result["report"].erase("edges"); }), "");
}

TEST_F(FlowTest, FindsModelAndProgramBesideTheConfig) {
  const std::string config = write_config();
  flow({config}, out());
  for (const std::string file : {"model.safetensors", "program.safetensors"}) {
    std::filesystem::copy(out() + "/" + file, folder_ / ("model/" + file));
  }
  const std::string fresh = folder_ / "fresh";
  const json result = flow({config}, fresh);
  EXPECT_EQ(result.at("stages").at("train").at("status"), "found");
  EXPECT_EQ(result.at("stages").at("quantize").at("status"), "found");
  EXPECT_EQ(result.at("model"), folder_ / "model/model.safetensors");
  EXPECT_FALSE(file_exists(fresh + "/model.safetensors"));
  // A program of another model is no substitute.
  const json other = flow({config, "--set", "train.seed=2"}, fresh);
  EXPECT_EQ(other.at("stages").at("train").at("status"), "run");
  EXPECT_EQ(other.at("stages").at("quantize").at("status"), "run");
}

TEST_F(FlowTest, SummaryIsTheLastThingPrinted) {
  const ToolRun result = succeed({"flow", write_config(), "--frames", "0", "--out", out()});
  const std::size_t table = result.out.find("integers only");
  ASSERT_NE(table, std::string::npos) << result.out;
  EXPECT_LT(result.out.find("eval-golden"), table);
  EXPECT_EQ(result.out.find("eval-", table), std::string::npos);
}

TEST_F(FlowTest, TraceNamesTheEdgeThatParts) {
  const std::string config = write_config();
  flow({config}, out());
  const std::vector<std::string> trace = {"eval", config, "--out", out(), "--trace", "--json"};
  const json sound = succeed(trace).json();
  EXPECT_TRUE(sound.at("first_beyond").is_null());
  EXPECT_GT(sound.at("edges").size(), 10u);

  // A program with other weights in its first operation.
  Program program = read_program(out() + "/program.safetensors").content;
  for (auto& weight : std::get<Linear>(program.ops.front()).weight.data) {
    weight = static_cast<std::int8_t>(weight / 2 + 40);
  }
  write_program(out() + "/program.safetensors", program);
  const ToolRun parted = run(trace);
  EXPECT_EQ(parted.exit_code, 4);
  EXPECT_EQ(parted.json().at("first_beyond"), "embed");
  EXPECT_NE(parted.err.find("edge embed parts beyond its bound"), std::string::npos) << parted.err;
}

}  // namespace
}  // namespace emamba
