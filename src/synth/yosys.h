// SPDX-License-Identifier: Apache-2.0
// Runs Yosys on a script, once for the same inputs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/tool.h"
#include "synth/cells.h"

namespace emamba {

// A run of Yosys in a folder: it reads sources and then follows commands, at whose end there is one
// flat module, which it writes as a netlist.
struct YosysRun {
  std::string directory;
  std::string place;                 // for script, log, counts and result, relative to the folder
  std::vector<std::string> sources;  // SystemVerilog in reading order, relative to the folder
  std::vector<std::string> others;   // what the sources read: contents of memories
  std::string netlist;               // file, relative to the folder
  std::string netlist_json;          // the same as JSON; "": not wanted
  std::string commands;
};

struct YosysResult {
  CellCounts cells;
  double seconds = 0;
  bool earlier = false;  // the result of an earlier run
};

// The result is kept in DIRECTORY/PLACE/result.json and taken from there as long as script, version
// and files have the same bytes. Warnings go to DIRECTORY/PLACE/yosys.log; `tick` is called several
// times a second. Throws Error with the last lines when Yosys fails, writes nothing, or takes
// longer than `timeout_seconds`.
YosysResult run_yosys(const YosysRun& run, const ToolVersion& yosys, int timeout_seconds,
                      const std::function<void()>& tick = {});

}  // namespace emamba
