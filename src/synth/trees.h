// SPDX-License-Identifier: Apache-2.0
// Trees of buffers beside the cells that they drive, for a netlist whose cells have places.
#pragma once

#include <cstdint>
#include <vector>

#include "synth/liberty.h"
#include "synth/mapped.h"

namespace emamba {

struct Place {
  double x = 0, y = 0;  // of a cell's centre, in micrometres
};

struct Trees {
  std::int64_t buffers = 0, ties = 0;  // put in
  int clock_levels = 0;                // of buffers and clock gates between clk_i and any register
};

// Drives every net of more than `most_loads` loads, the clock and the reset too, by a tree of
// buffers, and constants by tie cells. On its way through a clock gate the clock passes as many
// cells as past it. Cells that are put in come behind the others; their places are the middle of
// what they drive. Throws Error when the library lacks buffers or tie cells.
Trees grow_trees(Mapped& netlist, const CellLibrary& library, int most_loads,
                 std::vector<Place>& places);

}  // namespace emamba
