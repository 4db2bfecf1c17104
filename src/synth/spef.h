// SPDX-License-Identifier: Apache-2.0
// The wires of a laid-out netlist, as what times it reads them: SPEF (IEEE 1481).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "synth/mapped.h"

namespace emamba {

// What wires of a process have for each micrometre.
struct WireUnits {
  double femtofarads = 0, ohms = 0;
};

// The wires of one net: how long they are together, and how far from the driver each pin that is
// driven lies along them. In micrometres.
struct NetWires {
  struct Sink {
    int cell = -1;    // -1: a port
    std::string pin;  // or the port's bit
    double distance = 0;
  };
  double length = 0;
  std::vector<Sink> sinks;
};

// A star for each net: to every pin a resistance by its distance, and at every pin a part of the
// capacitance by the same. `wires` by net. Names are those of verilog_of().
std::string spef_of(const Mapped& netlist, const CellLibrary& library,
                    const std::vector<NetWires>& wires, const WireUnits& units);

}  // namespace emamba
