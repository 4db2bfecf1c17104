// SPDX-License-Identifier: Apache-2.0
#include "base/tool.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"

namespace emamba {
namespace {

constexpr int kVersionSeconds = 20;

struct Tool {
  const char* name;
  const char* package;   // Debian's
  const char* minimum;   // the oldest version that will do; "": any
  const char* option;    // that makes it say its version
  const char* variable;  // names another program in its place; nullptr: none does
};

// The oldest versions that the tests run with, those of Debian 12; what is asked of make and curl
// is older than they.
constexpr Tool kTools[] = {{"verilator", "verilator", "5.006", "--version", nullptr},
                           {"g++", "g++", "12", "--version", nullptr},
                           {"make", "make", "4.0", "--version", nullptr},
                           {"yosys", "yosys", "0.23", "-V", "EMAMBA_YOSYS"},
                           {"sta", "opensta", "2.0.17", "-version", "EMAMBA_STA"},
                           {"curl", "curl", "7.50", "--version", nullptr}};

Tool tool_of(const std::string& name) {
  for (const Tool& tool : kTools) {
    if (name == tool.name) return tool;
  }
  return {name.c_str(), name.c_str(), "", "--version", nullptr};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The first version in a text, e.g. 12.2.0: digits with points between; "" when there is none.
std::string version_in(const std::string& text) {
  std::string version;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool point = text[i] == '.' && !version.empty() && version.back() != '.' &&
                       i + 1 < text.size() && is_digit(text[i + 1]);
    if (is_digit(text[i]) || point) {
      version += text[i];
    } else if (version.find('.') != std::string::npos) {
      break;
    } else {
      version.clear();
    }
  }
  return version.find('.') != std::string::npos ? version : "";
}

// What is between the points.
std::vector<long> numbers_of(const std::string& version) {
  std::vector<long> numbers;
  std::istringstream parts(version);
  for (std::string part; std::getline(parts, part, '.');) {
    numbers.push_back(std::strtol(part.c_str(), nullptr, 10));
  }
  return numbers;
}

std::string last_lines(const std::string& text, int lines) {
  std::size_t at = text.find_last_not_of('\n');
  for (int i = 0; i < lines && at != std::string::npos && at != 0; ++i) {
    at = text.rfind('\n', at - 1);
  }
  return at == std::string::npos || at == 0 ? text : text.substr(at + 1);
}

// "the last lines of LOG:" and these, or that there are none.
std::string quoted(const std::string& output, const std::string& log) {
  if (output.find_first_not_of(" \t\r\n") == std::string::npos) {
    return "it printed nothing";
  }
  return fmt::format("the last lines of {}:\n{}", log, last_lines(output, 12));
}

// Fills in text, or problem and remedy, of a tool that is at `version.path`.
void ask(const Tool& tool, ToolVersion& version) {
  const std::string here = fmt::format("{} at {}", tool.name, version.path);
  const auto refuse = [&](const std::string& problem) { version.problem = problem; };
  version.remedy = fmt::format("let PATH find another one first: apt-get install {}", tool.package);
  if (tool.variable != nullptr) {
    version.remedy += fmt::format(", or name one by {}", tool.variable);
  }
  ProcessResult result;
  try {
    result = run_process({version.path, tool.option}, {.timeout_seconds = kVersionSeconds});
  } catch (const Error& e) {
    return refuse(fmt::format("{} does not run: {}", here, e.what()));
  }
  const std::string line = result.output.substr(0, result.output.find('\n'));
  if (result.timed_out) {
    return refuse(fmt::format("{} does not say its version within {} s", here, kVersionSeconds));
  }
  if (result.exit_code != 0) {
    return refuse(fmt::format("{} fails with exit code {} when asked for its version: {}", here,
                              result.exit_code, line.empty() ? "it prints nothing" : line));
  }
  const std::string number = version_in(line);
  if (number.empty()) {
    return refuse(fmt::format("{} says no version: it prints {}", here,
                              line.empty() ? "nothing" : "'" + line + "'"));
  }
  if (numbers_of(number) < numbers_of(tool.minimum)) {
    return refuse(fmt::format("{} {} at {} is too old; {} or newer is needed", tool.name, number,
                              version.path, tool.minimum));
  }
  version.text = line;
  version.remedy.clear();
}

}  // namespace

ToolVersion tool_version(const std::string& name) {
  const Tool tool = tool_of(name);
  ToolVersion version;
  const char* chosen = tool.variable == nullptr ? nullptr : std::getenv(tool.variable);
  if (chosen != nullptr && *chosen != '\0') {
    version.path = find_program(chosen);
    if (version.path.empty()) {
      version.problem = fmt::format("{} = {} is no program", tool.variable, chosen);
      version.remedy = fmt::format("give the path of {}, or unset it", name);
      return version;
    }
  } else {
    version.path = find_program(name);
    if (version.path.empty()) {
      version.problem = fmt::format("{} is not installed", name);
      version.remedy = fmt::format("apt-get install {}", tool.package);
      return version;
    }
  }
  version.path = std::filesystem::absolute(version.path).string();
  ask(tool, version);
  return version;
}

ToolVersion require_tool(const std::string& name) {
  ToolVersion version = tool_version(name);
  if (version.problem.empty()) return version;
  throw Error(version.problem, version.remedy, ErrorKind::kMissing);
}

void run_tool(const ToolCall& call) {
  const std::string& program = call.command.at(0);
  const auto path_of = [&](const std::string& file) {
    return (std::filesystem::path(call.directory) / file).string();
  };
  std::error_code code;
  for (const std::string& file : call.writes) std::filesystem::remove(path_of(file), code);
  const ProcessResult result = run_process(call.command, {.directory = call.directory,
                                                          .timeout_seconds = call.timeout_seconds,
                                                          .tick = call.tick,
                                                          .environment = call.environment});
  write_file(call.log, result.output);
  if (result.timed_out) {
    throw Error(fmt::format("{}: still running after {} s, ended; {}", program,
                            call.timeout_seconds, quoted(result.output, call.log)),
                "a smaller fold or model takes less");
  }
  if (result.exit_code != 0) {
    throw Error(fmt::format("{}: failed with exit code {}; {}", program, result.exit_code,
                            quoted(result.output, call.log)));
  }
  for (const std::string& file : call.writes) {
    if (file_exists(path_of(file))) continue;
    throw Error(fmt::format("{}: says that all went well, but has not written {}; {}", program,
                            path_of(file), quoted(result.output, call.log)),
                "is it the program that its name says?");
  }
}

}  // namespace emamba
