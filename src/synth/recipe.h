// SPDX-License-Identifier: Apache-2.0
// How Yosys maps a design to a family of devices, and what the cells that come out take of one.
#pragma once

#include <map>
#include <string>

#include "synth/cells.h"
#include "target/family.h"

namespace emamba {

struct Recipe {
  const char* tech;      // whose modules are taken (rtl/tech); "" generic ones
  std::string commands;  // from the sources, read, to one flat module of the family's cells
  std::map<std::string, Resources> cells;
  bool delays = false;  // whether there is a model of them (synth/delays.h)
};

// Throws Error when there is none.
const Recipe& recipe_of(const Family& family);

// What cells take. Throws Error on a type of cell that the recipe does not know: nothing is dropped
// silently.
Resources resources_of(const CellCounts& cells, const Recipe& recipe);

}  // namespace emamba
