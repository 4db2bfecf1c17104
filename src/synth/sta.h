// SPDX-License-Identifier: Apache-2.0
// Runs OpenSTA on netlists of a library's cells: the shortest period of the clock.
//
// Unless there is a clock tree every edge of the clock comes everywhere at once. A net is as heavy
// as the pins on it, and its wires, if there are any, or a model of them. Ports are
// registers at the clock's edge; the reset is not timed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/tool.h"

namespace emamba {

struct StaRun {
  std::string directory;
  std::string place;                   // for script, log and result, relative to the folder
  std::vector<std::string> libraries;  // Liberty files, relative to the folder
  std::vector<std::string> netlists;   // Verilog, relative to the folder; one has the module `top`
  std::string wire_load = {};          // a model of wires in the library, by its name; "": none
  std::string wires = {};              // SPEF, relative to the folder; "": there are none
  bool clock_tree = false;             // in the netlist: the clock comes through it, and to ports
                                       // when it comes to the first register of the worst path
};

struct ShortestPeriod {
  double ns = 0;         // 0: there is no path
  std::string from, to;  // instances or ports, of the path that needs it
  int cells = 0;         // on that path, with those at its ends
  double hold_ns = 0;    // with a clock tree: the least slack between registers of what must not
                         // come too early
};

// The result is kept as run_yosys() keeps its own. Throws Error with the last lines when OpenSTA
// fails, finds no period, or takes longer than `timeout_seconds`.
ShortestPeriod shortest_period(const StaRun& run, const ToolVersion& sta, int timeout_seconds,
                               const std::function<void()>& tick = {});

}  // namespace emamba
