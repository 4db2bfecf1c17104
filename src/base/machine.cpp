// SPDX-License-Identifier: Apache-2.0
// What Linux's /proc says.
#include "base/machine.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace emamba {

std::string machine_name() {
  std::ifstream info("/proc/cpuinfo");
  std::string processor = "unknown processor";
  for (std::string line; std::getline(info, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) {
      processor = line.substr(colon + 2);
      break;
    }
  }
  return fmt::format("{}, {} threads", processor, std::thread::hardware_concurrency());
}

std::string loaded_library(const std::string& name) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const std::size_t slash = line.find('/');
    if (slash == std::string::npos) continue;
    const std::string path = line.substr(slash);
    if (std::filesystem::path(path).filename().string().starts_with(name)) return path;
  }
  return "";
}

std::string beside_program(const std::string& path) {
  std::error_code code;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", code);
  return (program.parent_path() / path).lexically_normal().string();
}

}  // namespace emamba
