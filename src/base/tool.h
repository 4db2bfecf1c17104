// SPDX-License-Identifier: Apache-2.0
// Programs that part of the work is left to: which version there is, whether it is one that can do
// the work, and runs of them with a log, a time limit and errors that say what to do.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace emamba {

struct ToolVersion {
  std::string path;     // "": not installed
  std::string text;     // the first line of what it says about itself; "": it cannot be used
  std::string problem;  // why it cannot be used, with its path; "": it can
  std::string remedy;   // what to do about that
};

// What there is of a tool: in PATH, or where its environment variable says (EMAMBA_YOSYS for
// yosys). Asks the program itself; one that does not answer within 10 s has a problem, as one has
// that is older than src/base/tool.cpp says or gives no version.
ToolVersion tool_version(const std::string& name);

// The same; throws Error with problem and remedy when the tool cannot be used.
ToolVersion require_tool(const std::string& name);

// What a result says it was made with: the tools' versions by their names.
using ToolVersions = std::map<std::string, std::string>;

struct ToolCall {
  std::vector<std::string> command;      // the program's path, and arguments
  std::string directory;                 // in which it runs
  std::string log;                       // file for what it prints
  std::vector<std::string> writes = {};  // files that it must write; removed before
  int timeout_seconds = 0;
  std::function<void()> tick = {};                      // called several times a second
  std::map<std::string, std::string> environment = {};  // variables, besides and before ours
};

// Runs it. Throws Error with the last lines and the log's path when it fails, when it does not
// write what it must, or when it runs longer than its time, after which it is ended with all it
// started.
void run_tool(const ToolCall& call);

}  // namespace emamba
