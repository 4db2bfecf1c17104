// SPDX-License-Identifier: Apache-2.0
// A netlist of a library's cells: read from Yosys, with buffers where a net has many loads, and
// written for what times it.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "synth/cells.h"
#include "synth/liberty.h"

namespace emamba {

// One flat module. A net is a number: a place in `nets`, or one of the constants.
struct Mapped {
  static constexpr int kLow = -1, kHigh = -2;
  struct Cell {
    std::string type;
    std::map<std::string, int> pins;        // and their nets
    int net(const std::string& pin) const;  // kLow where it is not connected
  };
  struct Port {
    std::string name;
    bool input = false;
    std::vector<int> nets;  // from the lowest bit
  };
  std::vector<Port> ports;
  std::vector<Cell> cells;
  std::vector<std::string> nets;  // their names in the design; "" of one that has none
  // The capacitance of each net's wires, in the library's unit; empty: there are none.
  std::vector<double> wires = {};

  // The nets of a port. Throws Error when there is no such port.
  const std::vector<int>& port(const std::string& name) const;
};

// Reads the module `top` of what Yosys' write_json wrote. Throws Error, naming `source`, on
// anything else, and on a cell that the library has not.
Mapped read_mapped(const nlohmann::json& netlist, const CellLibrary& library,
                   const std::string& source);

// Puts a tree of buffers where a net has more than `most_loads` loads, which the mapping leaves
// alone behind registers; for clocks, too. The reset stays as it is. Returns how many buffers; 0
// when the library has none.
std::int64_t buffer_nets(Mapped& netlist, const CellLibrary& library, int most_loads);

// Takes them out again: the last `buffers` cells.
void remove_buffers(Mapped& netlist, const CellLibrary& library, std::int64_t buffers);

// The smallest buffer that may drive twice as much as that many usual loads, or the largest. The
// library must have buffers.
const BufferCell& buffer_for(const CellLibrary& library, int loads);

CellCounts counts_of(const Mapped& netlist);

// A port's bit in Verilog.
std::string bit_text(const Mapped::Port& port, std::size_t bit);

// What nets are called in verilog_of(): the bit of a port, of several an input's, or nN.
std::vector<std::string> verilog_nets(const Mapped& netlist);

// As Verilog: a module of this name, in which cell i is the instance gI.
std::string verilog_of(const Mapped& netlist, const std::string& module);

// What an instance of verilog_of() drives: the net's name in the design, or the instance's when it
// has none.
std::string name_of(const Mapped& netlist, const CellLibrary& library, const std::string& instance);

}  // namespace emamba
