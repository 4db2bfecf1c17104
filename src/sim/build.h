// SPDX-License-Identifier: Apache-2.0
// Turns SystemVerilog into a shared library with Verilator.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/tool.h"
#include "hw/design.h"

namespace emamba {

struct SimulatorSources {
  std::string directory = {};           // in which the sources and the memories' files are
  std::vector<std::string> files = {};  // in reading order, relative to it
  bool probes = true;                   // watch the streams of design.probes; a netlist has none
  bool trace = false;                   // able to write a waveform; slower
  bool registers = false;               // able to read and change every register and memory; slower
  std::string place = "sim";            // folder for the result, relative to the directory
};

// Verilator, the compiler and make. Throws Error when one is missing or cannot be used.
ToolVersions simulator_tools();

// Path of the library, built if the sources or the tools have changed since the last time. What
// the tools print goes to DIRECTORY/PLACE/build.log; `tick` is called several times a second. Any
// path will do. Throws Error as simulator_tools() does, and when a tool fails (with the last
// lines), gives no library, or takes longer than `timeout_seconds`.
std::string build_simulator(const Design& design, const SimulatorSources& sources, int threads,
                            const std::function<void()>& tick = {}, int timeout_seconds = 1800);

}  // namespace emamba
