// SPDX-License-Identifier: Apache-2.0
// What an accelerator takes of a process, by synthesis with Yosys and timing with OpenSTA: cells
// alone, without wires and placement. The clock has a tree of buffers in each unit, which timing
// takes for ideal.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "synth/liberty.h"
#include "synth/mapped.h"
#include "synth/sta.h"
#include "synth/units.h"
#include "target/asic.h"

namespace emamba {

struct CellArea {
  double area = 0;  // of all cells, as the library says it
  std::int64_t cells = 0;
  std::int64_t ff = 0, latches = 0, clock_gates = 0;        // of these
  double ff_area = 0, latch_area = 0, clock_gate_area = 0;  // of the area
  CellArea& operator+=(const CellArea& other);
  bool operator==(const CellArea&) const = default;
};

// Throws Error on a type of cell that the library has not: nothing is dropped silently.
CellArea area_of(const CellCounts& cells, const CellLibrary& library);

struct UnitCells : UnitRun {
  CellArea area;
  std::int64_t buffers = 0;             // put in behind the mapping (synth/mapped.h)
  bool for_speed = false;               // mapped for it, since it missed the clock
  std::vector<ShortestPeriod> periods;  // in every corner; names are those of the design's nets
};

struct AsicResult {
  AsicTarget target;
  CellLibrary library;  // of the first corner
  ToolVersions tools;
  std::vector<UnitCells> units;
  std::vector<Mapped> netlists;         // of the units, with buffers
  std::vector<ShortestPeriod> periods;  // of the whole accelerator; names begin with the unit's
  ShortestPeriod with_wire_load;        // of the whole, in the first corner, if the library has one
  CellArea total() const;
  // A corner's libraries as OpenSTA reads them, relative to the folder of the hardware.
  std::vector<std::string> corner_libraries(std::size_t corner) const;
};

// Maps every unit of a plan that emit() wrote to `directory` to the library of the target's first
// corner, for area; once more for speed those that miss target.clock_mhz in that corner, which are
// kept so when they are faster. Times every unit, and all of them together, in every corner. What
// belongs to a unit goes to DIRECTORY/cells/UNIT and DIRECTORY/fast/UNIT, the whole to
// DIRECTORY/timing, what tools read of the libraries to DIRECTORY/library. What has not changed
// since the last time is not made again. Throws Error when a tool is missing or fails, and when a
// corner lacks cells of the first.
AsicResult synthesise_asic(const Plan& plan, const AsicTarget& target, const std::string& directory,
                           const UnitOptions& options, const ProgressCallback& progress = {});

// What docs/formats.md says of asic.json.
nlohmann::json to_json(const AsicResult& result);

}  // namespace emamba
