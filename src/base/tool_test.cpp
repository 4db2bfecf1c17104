// SPDX-License-Identifier: Apache-2.0
#include "base/tool.h"

#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "base/testing.h"

namespace emamba {
namespace {

// A folder that PATH finds first, for programs of the test's own.
class Tools : public testing::Test {
 protected:
  Tools() : before_(std::getenv("PATH")) {
    setenv("PATH", (folder_.path() + ":" + before_).c_str(), 1);
  }
  ~Tools() override {
    setenv("PATH", before_.c_str(), 1);
    unsetenv("EMAMBA_YOSYS");
  }
  // A shell script as a program; returns its path.
  std::string add(const std::string& name, const std::string& script) {
    write_file(folder_ / name, "#!/bin/sh\n" + script + "\n");
    std::filesystem::permissions(folder_ / name, std::filesystem::perms::all);
    return folder_ / name;
  }
  void expect_refused(const std::string& name, const std::string& script,
                      const std::string& problem) {
    const std::string path = add(name, script);
    const ToolVersion version = tool_version(name);
    EXPECT_EQ(version.path, path);
    EXPECT_EQ(version.text, "");
    EXPECT_EQ(version.problem, problem);
    EXPECT_NE(version.remedy, "");
    expect_error([&] { require_tool(name); }, problem);
  }

  TestFolder folder_;
  std::string before_;
};

TEST_F(Tools, SayTheirVersion) {
  const std::string path = add("yosys", "test $1 = -V && echo 'Yosys 0.23+9 (git)' && echo more");
  const ToolVersion version = require_tool("yosys");
  EXPECT_EQ(version.path, path);
  EXPECT_EQ(version.text, "Yosys 0.23+9 (git)");
  EXPECT_EQ(version.problem, "");
  // Any version of a tool that nothing is known about.
  add("odd", "test $1 = --version && echo odd 0.1");
  EXPECT_EQ(require_tool("odd").text, "odd 0.1");
}

TEST_F(Tools, OldOnesAreRefused) {
  const std::string at = " at " + folder_.path() + "/";
  expect_refused("yosys", "echo 'Yosys 0.9 (git sha1 1979e0b)'",
                 "yosys 0.9" + at + "yosys is too old; 0.23 or newer is needed");
  expect_refused("verilator", "echo Verilator 4.228 2022-10-01",
                 "verilator 4.228" + at + "verilator is too old; 5.006 or newer is needed");
  expect_refused("g++", "echo 'g++ (GCC) 4.8.5 20150623'",
                 "g++ 4.8.5" + at + "g++ is too old; 12 or newer is needed");
  add("verilator", "echo Verilator 5.024 2024-04-05 rev v5.024");
  EXPECT_EQ(tool_version("verilator").problem, "");
}

TEST_F(Tools, ThatSayNothingAreNamed) {
  const std::string here = " at " + folder_.path() + "/";
  expect_refused("make", "true", "make" + here + "make says no version: it prints nothing");
  expect_refused("make", "echo hello", "make" + here + "make says no version: it prints 'hello'");
  expect_refused("make", "echo broken; exit 9",
                 "make" + here + "make fails with exit code 9 when asked for its version: broken");
  write_file(folder_ / "make", "\1\2\3");
  std::filesystem::permissions(folder_ / "make", std::filesystem::perms::all);
  expect_error([] { require_tool("make"); }, "make" + here + "make does not run: ");
}

TEST_F(Tools, ThatHangAreNamed) {
  const std::string path = add("curl", "sleep 300");
  EXPECT_EQ(tool_version("curl").problem,
            "curl at " + path + " does not say its version within 20 s");
}

TEST_F(Tools, ThatAreMissingNameTheirPackage) {
  setenv("PATH", folder_.path().c_str(), 1);
  const ToolVersion version = tool_version("verilator");
  EXPECT_EQ(version.path, "");
  EXPECT_EQ(version.problem, "verilator is not installed");
  EXPECT_EQ(version.remedy, "apt-get install verilator");
}

TEST_F(Tools, AVariableNamesAnother) {
  add("yosys", "echo Yosys 0.30");
  const std::string other = add("yosys-new", "echo Yosys 0.70");
  setenv("EMAMBA_YOSYS", other.c_str(), 1);
  EXPECT_EQ(require_tool("yosys").path, other);
  EXPECT_EQ(require_tool("yosys").text, "Yosys 0.70");
  setenv("EMAMBA_YOSYS", "/no/such", 1);
  expect_error([] { require_tool("yosys"); }, "EMAMBA_YOSYS = /no/such is no program");
}

TEST_F(Tools, ThatFailAreQuoted) {
  ToolCall call{.command = {add("t", "echo all is lost; exit 3")},
                .directory = folder_.path(),
                .log = folder_ / "log",
                .writes = {"result"},
                .timeout_seconds = 1};
  expect_error([&] { run_tool(call); }, "/t: failed with exit code 3; the last lines of " +
                                            folder_.path() + "/log:\nall is lost");
  EXPECT_EQ(read_file(folder_ / "log"), "all is lost\n");
  add("t", "exit 3");
  expect_error([&] { run_tool(call); }, "/t: failed with exit code 3; it printed nothing");
  add("t", "echo begun; sleep 60");
  expect_error([&] { run_tool(call); }, "/t: still running after 1 s, ended; the last lines");
  EXPECT_EQ(read_file(folder_ / "log"), "begun\n");
}

TEST_F(Tools, ThatWriteNothingAreNamed) {
  ToolCall call{.command = {add("t", "echo fine")},
                .directory = folder_.path(),
                .log = folder_ / "log",
                .writes = {"result"}};
  write_file(folder_ / "result", "of an earlier run");
  expect_error([&] { run_tool(call); }, folder_.path() +
                                            "/t: says that all went well, but has not written " +
                                            folder_.path() + "/result; the last lines of");
  add("t", "echo 1 > result");
  run_tool(call);
  EXPECT_EQ(read_file(folder_ / "result"), "1\n");
}

}  // namespace
}  // namespace emamba
