// SPDX-License-Identifier: Apache-2.0
// What the cells of a library compute, and what energy that takes, from Liberty files.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "synth/liberty.h"

namespace emamba {

// A number for every slew of an input and load of an output, by lines between the points of a
// table; beyond them the lines go on.
struct SlewLoadTable {
  std::vector<double> slews, loads;  // one at least
  std::vector<double> values;        // (slews, loads)
  double at(double slew, double load) const;
};

// What a change of `pin` takes, or how fast it is, when `related` brought it about; `related` is ""
// for what the pin takes whatever brought it about.
struct CellArc {
  std::string pin, related;
  SlewLoadTable rise, fall;
  double at(double slew, double load) const {
    return (rise.at(slew, load) + fall.at(slew, load)) / 2;
  }
};

struct CellModel {
  double leakage = 0;                            // in the library's unit
  std::map<std::string, std::string> functions;  // of outputs, of inputs or of the state
  std::string state, inverted_state;             // what a register's functions call them
  // Of registers: what is taken, at which clock or while which enable, and what sets and resets.
  std::string next, clock, clear, preset;
  std::string enable;           // of a clock gate
  std::vector<CellArc> energy;  // of changes of outputs, and of inputs alone
  std::vector<CellArc> slews;   // of outputs
};

struct CellModels {
  std::map<std::string, CellModel> cells;
  // Units of capacitance, voltage and leakage. Tables of energy are in farad * volt^2, whatever the
  // supply.
  double farad = 1e-15, volt = 1, watt = 1e-9;
};

// Throws Error as parse_liberty() does, and for tables that are none.
CellModels read_cell_models(const std::vector<LibertyFile>& files);

}  // namespace emamba
