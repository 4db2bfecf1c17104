// SPDX-License-Identifier: Apache-2.0
// A library of few cells in the Liberty format, for tests: an inverter, a buffer, a NAND, and the
// registers that are asked for.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

namespace emamba {

inline std::string input(const std::string& pin) {
  return fmt::format("    pin ({}) {{ direction : input; capacitance : 1; }}\n", pin);
}

// Tables have three rows at least: abc's `map` fails on fewer.
inline std::string gate(const std::string& name, double area, const std::string& inputs,
                        const std::string& function) {
  std::string text = fmt::format("  cell (\"{}\") {{\n    area : {};\n", name, area), arcs;
  for (const char pin : inputs) {
    text += input(std::string(1, pin));
    arcs += fmt::format("      timing () {{ related_pin : \"{}\"; timing_sense : {}_unate;\n", pin,
                        function == "A" ? "positive" : "negative");
    for (const char* table : {"cell_rise", "cell_fall", "rise_transition", "fall_transition"}) {
      arcs += fmt::format(
          "        {} (t) {{ values (\"0.01, 0.02, 0.03\", \\\n          \"0.02, 0.03, 0.04\", "
          "\"0.03, 0.04, 0.05\"); }}\n",
          table);
    }
    arcs += "      }\n      internal_power () { power (scalar) { values (\"1\"); } }\n";
  }
  return text + fmt::format(
                    "    pin (Y) {{ direction : output; function : \"{}\"; max_capacitance : 100;\n"
                    "{}    }}\n  }}\n",
                    function, arcs);
}

// A path of constant delays, from 0.2 ns of a register and 0.1 and 0.05 ns of its setup and hold.
inline std::string arc(const std::string& from, const std::string& type, double ns) {
  std::string text =
      fmt::format("      timing () {{ related_pin : \"{}\"; timing_type : {};", from, type);
  const bool check = type.starts_with("setup") || type.starts_with("hold");
  const auto tables = check ? std::vector{"rise_constraint", "fall_constraint"}
                            : std::vector{"cell_rise", "cell_fall"};
  for (const char* table : tables) {
    text += fmt::format(" {} (scalar) {{ values (\"{}\"); }}", table, ns);
  }
  if (!check) {
    for (const char* table : {"rise_transition", "fall_transition"}) {
      text += fmt::format(" {} (scalar) {{ values (\"0.01\"); }}", table);
    }
  }
  return text + " }\n";
}

inline std::string clock_of(const std::string& pin) {
  return fmt::format("    pin ({}) {{ direction : input; clock : true; capacitance : 1; }}\n", pin);
}

inline std::string data_of(const std::string& pin, const std::string& check) {
  return fmt::format("    pin ({}) {{ direction : input; capacitance : 1;\n{}    }}\n", pin, check);
}

inline std::string register_of(const std::string& head, const std::string& clock,
                               const std::string& other, const std::string& edge,
                               const std::string& through) {
  return head + clock_of(clock) + other +
         data_of("D", arc(clock, "setup_rising", 0.1) + arc(clock, "hold_rising", 0.05)) +
         "    pin (Q) { direction : output; function : \"IQ\";\n" + arc(clock, edge, 0.2) +
         through + "    }\n  }\n";
}

inline const std::string kFlipFlop = register_of(
    "  cell (DFF) { area : 10; ff (IQ, IQN) { clocked_on : \"C\"; next_state : \"D\"; }\n", "C", "",
    "rising_edge", "");
inline const std::string kReset = register_of(
    "  cell (DFFR) { area : 12; ff (IQ, IQN) { clocked_on : \"C\"; next_state : \"D\"; "
    "clear : \"!R\"; }\n",
    "C", "    pin (R) { direction : input; capacitance : 1; }\n", "rising_edge", "");
inline const std::string kLatch = register_of(
    "  cell (LATCHN) { area : 5.5; latch (IQ, IQN) { enable : \"(!G)\"; data_in : \"D\" }\n", "G",
    "", "falling_edge", arc("D", "combinational", 0.15));
inline const std::string kClockGate =
    "  cell (ICG) { area : 7; clock_gating_integrated_cell : latch_posedge;\n"
    "    pin (CK) { direction : input; clock : true; clock_gate_clock_pin : true; }\n"
    "    pin (E) { direction : input; clock_gate_enable_pin : true;\n" +
    arc("CK", "setup_rising", 0.1) +
    "    }\n    pin (GCK) { direction : output; clock_gate_out_pin : true; function : \"CK\";\n" +
    arc("CK", "combinational", 0) + "    }\n  }\n";

inline std::string library(const std::string& registers) {
  return "/* A library\n { of few cells */\nlibrary (few) {\n"
         "  time_unit : \"1ns\"; capacitive_load_unit (1, ff);\n"
         "  delay_model : table_lookup;\n"
         "  input_threshold_pct_rise : 50; input_threshold_pct_fall : 50;\n"
         "  output_threshold_pct_rise : 50; output_threshold_pct_fall : 50;\n"
         "  slew_lower_threshold_pct_rise : 20; slew_lower_threshold_pct_fall : 20;\n"
         "  slew_upper_threshold_pct_rise : 80; slew_upper_threshold_pct_fall : 80;\n"
         "  lu_table_template (t) {\n    variable_1 : input_net_transition;\n"
         "    variable_2 : total_output_net_capacitance;\n"
         "    index_1 (\"0.01, 0.05, 0.1\"); index_2 (\"1, 5, 10\");\n  }\n" +
         gate("INV", 1.5, "A", "!A") + gate("BUF", 2, "A", "A") + gate("NAND", 2, "AB", "(A B)'") +
         registers + "}\n";
}

}  // namespace emamba
