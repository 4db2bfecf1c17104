// SPDX-License-Identifier: Apache-2.0
// Runs the tool as a person would, in a folder of the test's own.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "base/process.h"
#include "base/testing.h"

namespace emamba {

struct ToolRun {
  int exit_code = 0;
  std::string out, err;

  nlohmann::json json() const { return parse_json(out, "stdout"); }
};

class Tool : public testing::Test {
 protected:
  // Runs `emamba ARGUMENTS...` to its end.
  ToolRun run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), EMAMBA_TOOL);
    return run_script("exec \"$@\"", arguments);
  }
  // Runs it and expects success.
  ToolRun succeed(const std::vector<std::string>& arguments) {
    ToolRun result = run(arguments);
    EXPECT_EQ(result.exit_code, 0) << testing::PrintToString(arguments) << "\n" << result.err;
    return result;
  }
  // Runs it and expects `exit_code`, and `text` in the messages.
  void expect_failure(const std::vector<std::string>& arguments, int exit_code,
                      const std::string& text) {
    const ToolRun result = run(arguments);
    EXPECT_EQ(result.exit_code, exit_code) << testing::PrintToString(arguments);
    EXPECT_NE(result.err.find("error: "), std::string::npos) << result.err;
    EXPECT_NE(result.err.find(text), std::string::npos)
        << "expected: " << text << "\nmessages: " << result.err;
    EXPECT_EQ(result.out, "");
  }
  // Runs a bash script with $1, $2, ... = arguments.
  ToolRun run_script(const std::string& script, std::vector<std::string> arguments) {
    const std::string errors = folder_ / "stderr";
    arguments.insert(arguments.begin(), {"bash", "-c", "{ " + script + "\n} 2> \"$0\"", errors});
    const ProcessResult result = run_process(arguments, {.timeout_seconds = 600});
    return {result.exit_code, result.output, read_file(errors)};
  }

  // A small model on synthetic data, which needs no files; returns the config's path.
  std::string write_config(const std::string& more = "") {
    const std::string path = folder_ / "model/config.toml";
    write_file(path,
               "name = \"small\"\ntask = \"synthetic-images\"\n"
               "model = { D = 8, N = 4, M = 1, P = 2 }\nquant = { samples = 128 }\n"
               "[train]\nepochs = 2\n" +
                   more);
    return path;
  }
  std::string out() const { return folder_ / "out"; }

  TestFolder folder_;
};

}  // namespace emamba
