// SPDX-License-Identifier: Apache-2.0
// The hardware verbs as a person uses them: from estimate to report, and what they refuse.
#include <filesystem>

#include "tool.h"

namespace emamba {
namespace {

using nlohmann::json;

class Hardware : public Tool {
 protected:
  // A quantised small model; returns the config's path.
  std::string quantised() {
    const std::string config = write_config("[hardware]\nlanes = 4\ncycles_per_token = 16\n");
    succeed({"flow", config, "--frames", "0", "--out", out()});
    return config;
  }
};

TEST_F(Hardware, FlowEndsInAReport) {
  const std::string config = quantised();
  const std::vector<std::string> flow = {"flow", config, "--frames", "8", "--out", out(), "--json"};
  const json result = succeed(flow).json();
  const json& stages = result.at("stages");
  EXPECT_EQ(stages.at("verify").at("mismatches"), 0);
  EXPECT_EQ(stages.at("verify").at("frames"), 8);
  EXPECT_EQ(stages.at("hardware").at("latency_cycles"),
            stages.at("verify").at("latency_cycles").at("simulated"));
  for (const char* name : {"report.md", "report.html", "verify.json", "hardware/top.sv",
                           "hardware/top.json", "hardware/interface.md", "hardware/files.f"}) {
    EXPECT_TRUE(file_exists(out() + "/" + name)) << name;
  }
  EXPECT_EQ(succeed(flow).json().at("stages").at("verify").at("status"), "unchanged");

  // The verbs by themselves say the same.
  const json estimate = succeed({"estimate", config, "--out", out(), "--json"}).json();
  EXPECT_TRUE(estimate.at("trained"));
  for (const char* key :
       {"multipliers", "latency_cycles", "cycles_per_frame", "dsp", "lut", "ff"}) {
    EXPECT_EQ(estimate.at(key), stages.at("hardware").at(key)) << key;
  }
  const std::string top = read_file(out() + "/hardware/top.sv");
  succeed({"emit", config, "--out", out()});
  EXPECT_EQ(read_file(out() + "/hardware/top.sv"), top);
}

// Cycles do not depend on weights, so that a search can ask before it trains.
TEST_F(Hardware, EstimateNeedsNoTraining) {
  const std::string config = write_config();
  const json before = succeed({"estimate", config, "--out", out(), "--json"}).json();
  EXPECT_FALSE(before.at("trained"));
  succeed({"flow", config, "--frames", "0", "--out", out()});
  const json after = succeed({"estimate", config, "--out", out(), "--json"}).json();
  EXPECT_TRUE(after.at("trained"));
  for (const char* key : {"multipliers", "latency_cycles", "cycles_per_frame"}) {
    EXPECT_EQ(before.at(key), after.at(key)) << key;
  }
}

TEST_F(Hardware, WhatIsNotFeasibleIsSaidBeforeAnyWork) {
  const std::string config = write_config();
  const std::string fast = "hardware.cycles_per_token=1", wide = "hardware.lanes=200";
  for (const std::string verb : {"estimate", "flow"}) {
    expect_failure({verb, config, "--out", out(), "--set", fast}, 1, "cycles a token at least");
    expect_failure({verb, config, "--out", out(), "--set", wide}, 1, "hardware.lanes = 200");
  }
  EXPECT_FALSE(file_exists(out() + "/model.safetensors"));
  expect_failure({"verify", config, "--out", out()}, 1, "emamba quantize");
}

TEST_F(Hardware, MissingToolsNameTheirPackage) {
  const std::string config = quantised();
  // A PATH with what the tool itself needs, and no more.
  const std::string bin = folder_ / "bin";
  std::filesystem::create_directories(bin);
  for (const std::string program : {"env", "timeout"}) {
    std::filesystem::create_symlink("/usr/bin/" + program, bin + "/" + program);
  }
  for (const std::string verb : {"verify", "synth"}) {
    const ToolRun result = run_script("PATH=$1 exec \"$2\" \"${@:3}\"",
                                      {bin, EMAMBA_TOOL, verb, config, "--out", out()});
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_NE(
        result.err.find(verb == "verify" ? "apt-get install verilator" : "apt-get install yosys"),
        std::string::npos)
        << result.err;
  }
}

// A simulator that cannot be built: its last lines, its log, and no result.
TEST_F(Hardware, AToolThatFailsIsQuoted) {
  const std::string config = quantised();
  const std::string bin = folder_ / "bin";
  std::filesystem::create_directories(bin);
  write_file(bin + "/verilator", "#!/bin/sh\necho all is lost >&2\nexit 3\n");
  std::filesystem::permissions(bin + "/verilator", std::filesystem::perms::all);
  write_file(out() + "/verify.json", "{}");
  const ToolRun result = run_script("PATH=$1:$PATH exec \"$2\" \"${@:3}\"",
                                    {bin, EMAMBA_TOOL, "verify", config, "--out", out()});
  EXPECT_EQ(result.exit_code, 1);
  for (const char* text : {"all is lost", "exit code 3", "build.log"}) {
    EXPECT_NE(result.err.find(text), std::string::npos) << result.err;
  }
  EXPECT_FALSE(file_exists(out() + "/verify.json"));
}

TEST_F(Hardware, AnInstalledToolTakesTheModulesInstalledWithIt) {
  const std::string config = quantised();
  const std::string build = std::filesystem::path(EMAMBA_TOOL).parent_path();
  const ProcessResult install =
      run_process({"cmake", "--install", build, "--prefix", folder_.path()});
  ASSERT_EQ(install.exit_code, 0) << install.output;
  const std::string mark = "// installed\n";
  write_file(folder_ / "share/emamba/rtl/lib/em_pkg.sv", mark);
  run_script("exec \"$@\"", {folder_ / "bin/emamba", "emit", config, "--out", out()});
  EXPECT_EQ(read_file(out() + "/hardware/rtl/lib/em_pkg.sv"), mark);
}

}  // namespace
}  // namespace emamba
