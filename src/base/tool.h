// SPDX-License-Identifier: Apache-2.0
// Runs the hardware tools: with a log, a time limit and errors that say what to do.
#pragma once

#include <string>
#include <vector>

namespace emamba {

// Throws Error, naming Debian's package, when the program is not in PATH.
void require_tool(const std::string& program, const std::string& package);

// Runs `command` in `directory` and writes what it prints to `log`. Returns that text. Throws Error
// with its last lines and the log's path when it fails, or when it runs longer than
// `timeout_seconds`, after which it is ended with all it started.
std::string run_tool(const std::vector<std::string>& command, const std::string& directory,
                     const std::string& log, int timeout_seconds);

}  // namespace emamba
