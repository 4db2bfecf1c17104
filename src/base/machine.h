// SPDX-License-Identifier: Apache-2.0
// The machine that results were made on.
#pragma once

#include <string>

namespace emamba {

// "PROCESSOR, N threads".
std::string machine_name();

// The file that this process has loaded a shared library from, e.g. for "libtorch_cpu.so"; "" if it
// has not.
std::string loaded_library(const std::string& name);

// A path relative to the folder of the running program.
std::string beside_program(const std::string& path);

}  // namespace emamba
