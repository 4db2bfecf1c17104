// SPDX-License-Identifier: Apache-2.0
// The slowest path of a netlist of UltraScale+ cells, by a stated model of delays. It is no clock:
// nothing is placed or routed, and the figures are round ones for a -2 part, chosen to compare
// designs and to show where their paths are long (docs/rtl.md, "Delays").
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace emamba {

// Nanoseconds of the model.
struct DelayModel {
  double clock_to_out = 0.08, setup = 0.03, enable = 0.06, reset = 0.08;  // of a flip-flop
  double lut = 0.10;
  double mux = 0.06, mux_select = 0.12;                         // MUXF7, MUXF8, MUXF9
  double carry_in = 0.08, carry_bit = 0.006, carry_out = 0.06;  // CARRY4, CARRY8
  double dsp_out = 0.25, dsp_in = 1.30, dsp_pre_adder = 0.80, dsp_enable = 0.15;
  double block_out = 0.90, block_in = 0.25;                  // RAMB, URAM
  double ram_out = 0.45, ram_address = 0.12, ram_in = 0.15;  // of look-up tables
  double shift_out = 0.40, shift_in = 0.10;                  // SRL
  // A net: a length, and more for every doubling of its loads, above 64 of them twice as much.
  double net = 0.18, net_doubling = 0.05;
};

// From a register, a memory or an input to a register, a memory or an output.
struct SlowPath {
  double ns = 0;
  int luts = 0, carry_chains = 0;  // on it
  std::string from, to;            // names of nets
  int most_loads = 0;              // of any net but the clock
  std::string most_loaded;
};

// Of the only module of what Yosys' write_json wrote. Throws Error, naming `source`, on anything
// else, on a cell that the model does not know, and on a path that returns to itself.
SlowPath slowest_path(const nlohmann::json& netlist, const std::string& source,
                      const DelayModel& model = {});

nlohmann::json to_json(const SlowPath& path);

}  // namespace emamba
