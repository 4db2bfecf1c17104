// SPDX-License-Identifier: Apache-2.0
// Tools by name, time limits with timeout(1).
#include "base/tool.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"

namespace emamba {
namespace {

constexpr int kTimedOut = 124;  // exit code of timeout(1)
constexpr int kKilled = 137;

std::string last_lines(const std::string& text, int lines) {
  std::size_t at = text.find_last_not_of('\n');
  for (int i = 0; i < lines && at != std::string::npos && at != 0; ++i) {
    at = text.rfind('\n', at - 1);
  }
  return at == std::string::npos || at == 0 ? text : text.substr(at + 1);
}

}  // namespace

void require_tool(const std::string& program, const std::string& package) {
  if (!find_program(program).empty()) return;
  throw Error(fmt::format("{} is not installed", program),
              fmt::format("apt-get install {}", package), ErrorKind::kMissing);
}

std::string run_tool(const std::vector<std::string>& command, const std::string& directory,
                     const std::string& log, int timeout_seconds) {
  // timeout(1) ends a program's children with it.
  std::vector<std::string> all = {"timeout", "-k", "5",      std::to_string(timeout_seconds),
                                  "env",     "-C", directory};
  all.insert(all.end(), command.begin(), command.end());
  const ProcessResult result = run_process(all);
  write_file(log, result.output);
  if (result.exit_code == kTimedOut || result.exit_code == kKilled) {
    throw Error(fmt::format("{}: still running after {} s, ended; its output is in {}", command[0],
                            timeout_seconds, log),
                "a smaller fold or model takes less");
  }
  if (result.exit_code != 0) {
    throw Error(fmt::format("{}: failed with exit code {}; the last lines of {}:\n{}", command[0],
                            result.exit_code, log, last_lines(result.output, 12)));
  }
  return result.output;
}

}  // namespace emamba
