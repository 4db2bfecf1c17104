// SPDX-License-Identifier: Apache-2.0
// Places and routes units of an accelerator: by the Python programs in layout/, which drive
// coriolis-eda and klayout. Buffers, the clock's tree and the timing with the wires are ours.
//
// A unit so laid out is a routed block whose connections are read back from the shapes of its GDS.
// It has no power grid above its rows, and no foundry has checked it.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/progress.h"
#include "synth/asic.h"

namespace emamba {

struct LayoutOptions {
  double utilisation = 0.58;        // of the core by cells, at the first of a few tries
  std::int64_t most_cells = 20000;  // of a unit
};

struct UnitLayout {
  std::size_t unit = 0;
  Mapped netlist;                // with trees, and wires in the library's capacitance
  double width = 0, height = 0;  // of the core, in micrometres
  double utilisation = 0;        // of the core by cells, as it came out
  int tries = 0;                 // until it was clean, or given up
  double wire_mm = 0;
  std::int64_t vias = 0, nets = 0;     // nets that were looked at
  std::int64_t open = 0, shorted = 0;  // nets in pieces; groups of nets that touch
  std::int64_t buffers = 0;
  int clock_levels = 0;
  ShortestPeriod routed, without_wires, twice_the_wires;  // with the clock's tree
  std::string gds, picture;                               // paths
  double seconds = 0;
  bool clean() const { return open == 0 && shorted == 0; }
};

// Makes the target's library fit to be laid out with, in DIRECTORY/layout/library; not again as
// long as nothing has changed. Throws Error when the target has no layout, or the programs cannot
// be run (tools/setup-layout installs them).
void prepare_layout(const AsicTarget& target, const std::string& directory,
                    const ProgressCallback& progress = {});

// Lays out one unit of what synthesise_asic() mapped in `directory`; its files lie in
// DIRECTORY/layout/UNIT. What has not changed since the last time is not made again. Needs what
// prepare_layout() makes. `farad` is the library's unit of capacitance (CellModels). Throws Error
// when a program fails, or the unit is only wires or too large. One that is not clean is in the
// result.
UnitLayout lay_out(const AsicResult& asic, std::size_t unit, double farad,
                   const std::string& directory, const LayoutOptions& options,
                   const ProgressCallback& progress = {});

nlohmann::json to_json(const UnitLayout& layout, const AsicResult& asic);

}  // namespace emamba
