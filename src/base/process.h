// SPDX-License-Identifier: Apache-2.0
// Runs another program, without a shell.
#pragma once

#include <string>
#include <vector>

namespace emamba {

struct ProcessResult {
  int exit_code = 0;   // 128 + signal when a signal ended it
  std::string output;  // stdout and stderr together, unless inherited
};

// Runs `arguments[0]` (looked up in PATH) and waits. With `inherit`, it writes to our own stdout
// and stderr. Throws Error when it cannot be started, or (ended first) after `timeout_seconds` (0:
// none).
ProcessResult run_process(const std::vector<std::string>& arguments, bool inherit = false,
                          int timeout_seconds = 0);

// Full path of a program in PATH, or "".
std::string find_program(const std::string& name);

}  // namespace emamba
