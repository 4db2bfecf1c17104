// SPDX-License-Identifier: Apache-2.0
// The netlists of a design's units as one.
#pragma once

#include <vector>

#include "hw/design.h"
#include "synth/mapped.h"

namespace emamba {

struct Whole {
  Mapped netlist;         // its ports are clk_i, rst_ni, and sN_valid, sN_last, sN_data, sN_ready
  std::vector<int> unit;  // of each cell
};

// `units` by unit, with ports as unit_design() names them; those without ports are only wires.
// Names of nets begin with the unit's, "UNIT: ".
Whole wired(const Design& design, const std::vector<Mapped>& units);

}  // namespace emamba
