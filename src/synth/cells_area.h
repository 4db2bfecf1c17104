// SPDX-License-Identifier: Apache-2.0
// What an accelerator takes of a library of standard cells, by synthesis with Yosys: areas of cells
// alone, without wires, clock tree and placement, and without a claim about a clock.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "synth/liberty.h"
#include "synth/units.h"

namespace emamba {

struct CellArea {
  double area = 0;  // of all cells, as the library says it
  std::int64_t cells = 0;
  std::int64_t ff = 0, latches = 0, clock_gates = 0;  // of these
  CellArea& operator+=(const CellArea& other);
  bool operator==(const CellArea&) const = default;
};

// Throws Error on a type of cell that the library has not: nothing is dropped silently.
CellArea area_of(const CellCounts& cells, const CellLibrary& library);

struct UnitArea : UnitRun {
  CellArea area;
};

struct AreaResult {
  std::string library;  // its name
  ToolVersions tools;
  std::vector<UnitArea> units;
  CellArea total() const;
};

// Maps every unit of a plan that emit() wrote to `directory` to the library's cells, for area; what
// belongs to a unit goes to DIRECTORY/cells/UNIT, what Yosys reads of the library to
// DIRECTORY/library. Units that have not changed since the last time are not run again. Throws
// Error when Yosys is missing or fails.
AreaResult synthesise_cells(const Plan& plan, const CellLibrary& library,
                            const std::string& directory, const UnitOptions& options,
                            const ProgressCallback& progress = {});

// {"library", "tools", "area_um2", "cells", "ff", "latches", "clock_gates",
//  "units": [{"name", "kind", "area_um2", ..., "types", "seconds", "earlier", "log"}]}
nlohmann::json to_json(const AreaResult& result);

}  // namespace emamba
