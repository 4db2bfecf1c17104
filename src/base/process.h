// SPDX-License-Identifier: Apache-2.0
// Runs another program, without a shell.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace emamba {

struct ProcessOptions {
  std::string directory = {};       // in which it runs; "": ours
  int timeout_seconds = 0;          // after which it is killed; 0: never
  std::function<void()> tick = {};  // called several times a second while it runs
  std::map<std::string, std::string> environment = {};  // variables, besides and before ours
};

struct ProcessResult {
  int exit_code = 0;       // 128 + signal when a signal ended it
  bool timed_out = false;  // killed after the time limit
  std::string output;      // stdout and stderr together
};

// Runs `arguments[0]` (looked up in PATH) without input and waits. Whatever it started ends with
// it, and all of that ends at once when we die, of kill -9 too. Throws Error when it cannot be
// started.
ProcessResult run_process(const std::vector<std::string>& arguments,
                          const ProcessOptions& options = {});

// Full path of a program in PATH, or "".
std::string find_program(const std::string& name);

}  // namespace emamba
