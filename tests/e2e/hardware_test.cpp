// SPDX-License-Identifier: Apache-2.0
// The hardware verbs as a person uses them: from estimate to report, and what they refuse.
#include <fcntl.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "flow/emit.h"
#include "flow/estimate.h"
#include "flow/files.h"
#include "flow/verify.h"
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
  // A shell script in the place of a tool, where PATH finds it first with `with_tools`. It says the
  // version that it is asked for.
  void fake(const std::string& name, const std::string& version, const std::string& script) {
    write_file(folder_ / ("bin/" + name), "#!/bin/sh\ncase $1 in --version|-V) echo " + version +
                                              "; exit;; esac\n" + script + "\n");
    std::filesystem::permissions(folder_ / ("bin/" + name), std::filesystem::perms::all);
  }
  ToolRun with_tools(const std::vector<std::string>& arguments) {
    std::vector<std::string> all = {folder_ / "bin", EMAMBA_TOOL};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run_script("PATH=$1:$PATH exec \"${@:2}\"", all);
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

std::vector<std::string> with_settings(std::vector<std::string> command, const json& settings) {
  for (const auto& [key, value] : settings.items()) {
    command.insert(command.end(), {"--set", key + "=" + value.dump()});
  }
  return command;
}

// Every point can be had by its settings, and its hardware is equal to golden.
TEST_F(Hardware, PointsOfAnExplorationAreDesigns) {
  const std::string config = quantised();
  const json result = succeed({"explore", config, "--out", out(), "--json"}).json();
  const json& points = result.at("points");
  ASSERT_GT(points.size(), 5u);
  EXPECT_TRUE(result.at("trained"));
  EXPECT_GT(result.at("seconds"), 0);
  for (std::size_t i = 0; i < points.size(); i += points.size() / 5) {
    const json estimate = succeed(with_settings({"estimate", config, "--out", out(), "--json"},
                                                points[i]["settings"]))
                              .json();
    EXPECT_TRUE(estimate.at("fits"));
    EXPECT_EQ(estimate.at("settings"), points[i].at("settings"));
    for (const char* key :
         {"cycles_per_frame", "latency_cycles", "multipliers", "dsp", "lut", "ff", "bram36"}) {
      EXPECT_EQ(estimate.at(key), points[i].at(key)) << key;
    }
  }
  for (const json& point : {points.front(), points.back()}) {
    const json verified =
        succeed(with_settings({"verify", config, "--out", out(), "--frames", "8", "--json"},
                              point.at("settings")))
            .json();
    EXPECT_EQ(verified.at("mismatches"), 0);
    EXPECT_EQ(verified.at("cycles_per_frame").at("simulated"), point.at("cycles_per_frame"));
    EXPECT_EQ(verified.at("latency_cycles").at("simulated"), point.at("latency_cycles"));
  }
  EXPECT_EQ(json::parse(read_file(out() + "/explore.json")).at("points"), points);
  EXPECT_TRUE(read_file(out() + "/explore.csv").starts_with("cycles_per_frame,latency_cycles,"));
  EXPECT_NE(read_file(out() + "/explore.html").find("</html>"), std::string::npos);
  expect_failure({"explore", config, "--out", out(), "--device", "zcu103"}, 1, "zcu102");
}

TEST_F(Hardware, AGoalChoosesWhatIsBuilt) {
  const std::string config = quantised();
  const auto by_goal = [&](const std::string& verb, const std::string& goal) {
    return succeed({verb, config, "--out", out(), "--json", "--set", "hardware.goal=" + goal,
                    "--set", "hardware.device=kv260"})
        .json();
  };
  const json fastest = by_goal("estimate", "throughput"), soonest = by_goal("estimate", "latency"),
             smallest = by_goal("estimate", "area");
  for (const json& estimate : {fastest, soonest, smallest}) {
    EXPECT_TRUE(estimate.at("fits"));
    EXPECT_EQ(estimate.at("device").at("key"), "kv260");
    EXPECT_LE(fastest.at("cycles_per_frame"), estimate.at("cycles_per_frame"));
    EXPECT_LE(soonest.at("latency_cycles"), estimate.at("latency_cycles"));
    EXPECT_LE(smallest.at("lut"), estimate.at("lut"));
  }
  const json verified = by_goal("verify", "area");
  EXPECT_EQ(verified.at("mismatches"), 0);
  EXPECT_EQ(verified.at("latency_cycles").at("planned"), smallest.at("latency_cycles"));
  expect_failure({"estimate", config, "--out", out(), "--set", "hardware.goal=rate", "--set",
                  "hardware.frames_per_second=1e9"},
                 1, "the fastest design that fits the ZCU102");
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
  const std::string bin = folder_ / "bin";  // with nothing in it
  std::filesystem::create_directories(bin);
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

TEST_F(Hardware, ToolsThatAreTooOldAreNamedBeforeAnyWork) {
  const std::string config = quantised();
  fake("yosys", "Yosys 0.9", "exit 1");
  fake("verilator", "Verilator 4.228", "exit 1");
  for (const auto& [verb, problem] :
       {std::pair{"synth", "yosys 0.9 at " + folder_.path() +
                               "/bin/yosys is too old; 0.23 or newer is needed"},
        std::pair{"verify", "verilator 4.228 at " + folder_.path() +
                                "/bin/verilator is too old; 5.006 or newer is needed"}}) {
    const ToolRun result = with_tools({verb, config, "--out", out()});
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_NE(result.err.find(problem), std::string::npos) << result.err;
  }
}

// A simulator that cannot be built: its last lines, its log, and no result.
TEST_F(Hardware, AToolThatFailsIsQuoted) {
  const std::string config = quantised();
  const auto expect_words = [&](const std::string& script, const std::vector<std::string>& words) {
    fake("verilator", "Verilator 5.006", script);
    write_file(out() + "/verify.json", "{}");
    const ToolRun result = with_tools({"verify", config, "--out", out()});
    EXPECT_EQ(result.exit_code, 1);
    for (const std::string& text : words) {
      EXPECT_NE(result.err.find(text), std::string::npos) << result.err;
    }
    EXPECT_FALSE(file_exists(out() + "/verify.json"));
  };
  expect_words("echo all is lost >&2; exit 3", {"all is lost", "exit code 3", "build.log"});
  expect_words("exit 3", {"/bin/verilator: failed with exit code 3; it printed nothing"});
  expect_words("exit 0", {"/bin/verilator: says that all went well, but has not written",
                          "libtop.so; it printed nothing"});
}

// The time moves on a terminal while the simulator is built.
TEST_F(Hardware, BuildingTheSimulatorShowsTheTime) {
  const std::string config = quantised();
  fake("verilator", "Verilator 5.006", "sleep 4; exit 3");
  const ToolRun result =
      run_script("PATH=$1:$PATH script -qec \"$2 verify $3 --out $4\" /dev/null < /dev/null",
                 {folder_ / "bin", EMAMBA_TOOL, config, out()});
  for (const char* time : {"0:01", "0:02", "0:03"}) {
    EXPECT_NE(result.out.find(fmt::format("verilator  {}  building the simulator", time)),
              std::string::npos)
        << result.out;
  }
}

// Processes that work in the folder, or have it in their command.
std::set<pid_t> processes_of(const std::string& folder) {
  std::set<pid_t> found;
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", code)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string place = std::filesystem::read_symlink(entry.path() / "cwd", code);
    std::ifstream file(entry.path() / "cmdline");
    const std::string command((std::istreambuf_iterator<char>(file)), {});
    if (place.starts_with(folder) || command.find(folder) != std::string::npos) {
      found.insert(std::stoi(name));
    }
  }
  return found;
}

TEST_F(Hardware, StoppedOrKilledItLeavesNoToolRunning) {
  const std::string config = quantised();
  for (const std::string verb : {"verify", "synth"}) {
    for (const int signal : {SIGINT, SIGTERM, SIGKILL}) {
      SCOPED_TRACE(fmt::format("{}, signal {}", verb, signal));
      std::filesystem::remove_all(out() + "/hardware");
      const pid_t tool = fork();
      if (tool == 0) {
        const int nothing = open("/dev/null", O_RDWR);
        dup2(nothing, STDOUT_FILENO);
        dup2(nothing, STDERR_FILENO);
        execl(EMAMBA_TOOL, EMAMBA_TOOL, verb.c_str(), config.c_str(), "--out", out().c_str(),
              nullptr);
        _exit(127);
      }
      // Itself, its keepers, and the tools.
      int waits = 0;
      while (processes_of(folder_.path()).size() < 4 && ++waits < 6000) usleep(10000);
      EXPECT_LT(waits, 6000);
      kill(tool, signal);
      int status = 0;
      waitpid(tool, &status, 0);
      EXPECT_EQ(WTERMSIG(status), signal);
      for (waits = 0; !processes_of(folder_.path()).empty() && waits < 500; ++waits) usleep(10000);
      EXPECT_LT(waits, 500);
    }
  }
}

// Verilator's makefile refuses a space, shells know most of the others.
TEST_F(Hardware, VerifyTakesAnyPath) {
  const std::string config = write_config(), odd = folder_ / "a b/it's \"$x\" #1; \u00e9\\";
  succeed({"flow", config, "--frames", "0", "--out", odd});
  const json result = succeed({"verify", config, "--out", odd, "--frames", "2", "--json"}).json();
  EXPECT_EQ(result.at("mismatches"), 0);
  for (const char* name : {"verilator", "g++", "make"}) {
    EXPECT_NE(result.at("tools").at(name), "") << name;
  }
}

// Verilator 5.006 reads the last word of such a file as 0.
TEST_F(Hardware, AMemoryFileWithoutItsLastEndIsNamed) {
  const std::string config = quantised();
  const Job job = open_job(config, {}, {.out = out()});
  const Program program = require_program(job).content;
  const Plan plan = job_plan(job, program);
  const std::string folder = emit_stage(job, plan, program);
  for (const Memory& memory : plan.design.memories) {
    const std::string path = folder + "/" + memory.file, text = read_file(path);
    write_file(path, text.substr(0, text.size() - 1));
    expect_error([&] { verify_stage(job, plan, program, folder, 1); },
                 path + ": the last line has no end");
    write_file(path, text);
  }
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
