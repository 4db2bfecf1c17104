// SPDX-License-Identifier: Apache-2.0
// Helpers of the tests that hand the library to other programs.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/process.h"
#include "hw/emit.h"

namespace emamba {

// What a program prints, run in a folder; it must succeed.
inline std::string output_of(const std::vector<std::string>& command,
                             const std::string& directory) {
  const ProcessResult result =
      run_process(command, {.directory = directory, .timeout_seconds = 300});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  return result.output;
}

// The library's modules with a technology's files, without its packages.
inline std::vector<std::string> library_modules(const std::string& tech = "") {
  std::vector<std::string> modules;
  for (const std::string& source : rtl_sources(tech)) {
    const std::string module = std::filesystem::path(source).stem();
    if (module != "em_pkg" && module != "em_tech") modules.push_back(module);
  }
  return modules;
}

}  // namespace emamba
