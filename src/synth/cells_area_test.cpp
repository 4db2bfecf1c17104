// SPDX-License-Identifier: Apache-2.0
// Libraries of standard cells, and an operation mapped to one.
#include "synth/cells_area.h"

#include "base/files.h"
#include "base/testing.h"
#include "base/tool.h"
#include "exec/golden.h"
#include "hw/emit.h"
#include "sim/testing.h"
#include "synth/testing.h"

namespace emamba {
namespace {

std::string input(const std::string& pin) {
  return fmt::format("    pin ({}) {{ direction : input; capacitance : 1.0; }}\n", pin);
}

std::string gate(const std::string& name, double area, const std::string& inputs,
                 const std::string& function) {
  std::string text = fmt::format("  cell (\"{}\") {{\n    area : {};\n", name, area), arcs;
  for (const char pin : inputs) {
    text += input(std::string(1, pin));
    arcs += fmt::format("      timing () {{ related_pin : \"{}\";\n", pin);
    for (const char* table : {"cell_rise", "cell_fall", "rise_transition", "fall_transition"}) {
      arcs += fmt::format(
          "        {} (t) {{ values (\"0.01, 0.02\", \\\n          \"0.02, 0.03\"); }}\n", table);
    }
    arcs += "      }\n      internal_power () { power (scalar) { values (\"1\"); } }\n";
  }
  return text +
         fmt::format("    pin (Y) {{ direction : output; function : \"{}\";\n{}    }}\n  }}\n",
                     function, arcs);
}

constexpr char kFlipFlop[] =
    "  cell (DFF) { area : 10; ff (IQ, IQN) { clocked_on : \"C\"; next_state : \"D\"; }\n"
    "    pin (C) { direction : input; } pin (D) { direction : input; }\n"
    "    pin (Q) { direction : output; function : \"IQ\"; } }\n";
constexpr char kReset[] =
    "  cell (DFFR) { area : 12; ff (IQ, IQN) { clocked_on : \"C\"; next_state : \"D\"; "
    "clear : \"!R\"; }\n"
    "    pin (C) { direction : input; } pin (D) { direction : input; } pin (R) { direction : "
    "input; }\n"
    "    pin (Q) { direction : output; function : \"IQ\"; } }\n";
constexpr char kLatch[] =
    "  cell (LATCHN) { area : 5.5; latch (IQ, IQN) { enable : \"(!G)\"; data_in : \"D\" }\n"
    "    pin (G) { direction : input; } pin (D) { direction : input; }\n"
    "    pin (Q) { direction : output; function : \"IQ\"; } }\n";
constexpr char kClockGate[] =
    "  cell (ICG) { area : 7; clock_gating_integrated_cell : latch_posedge;\n"
    "    pin (CK) { direction : input; clock_gate_clock_pin : true; }\n"
    "    pin (E) { direction : input; clock_gate_enable_pin : true; }\n"
    "    pin (GCK) { direction : output; clock_gate_out_pin : true; } }\n";

std::string library(const std::string& registers) {
  return "/* A library\n { of few cells */\nlibrary (few) {\n"
         "  time_unit : \"1ns\"; capacitive_load_unit (1, ff);\n"
         "  lu_table_template (t) {\n    variable_1 : input_net_transition;\n"
         "    variable_2 : total_output_net_capacitance;\n"
         "    index_1 (\"0.01, 0.1\"); index_2 (\"1, 10\");\n  }\n" +
         gate("INV", 1.5, "A", "!A") + gate("BUF", 2, "A", "A") + gate("NAND", 2, "AB", "(A B)'") +
         registers + "}\n";
}

// The cells' functions, with a clock gate. The latches are those of memories: they show what they
// hold only when they close, since Verilator lets a change of the clock run through open ones
// before flip-flops take what they read of them.
constexpr char kModels[] = R"(
module INV (input A, output Y); assign Y = ~A; endmodule
module BUF (input A, output Y); assign Y = A; endmodule
module NAND (input A, B, output Y); assign Y = ~(A & B); endmodule
module DFF (input C, D, output reg Q); always @(posedge C) Q <= D; endmodule
module DFFR (input C, D, R, output reg Q);
  always @(posedge C or negedge R) if (!R) Q <= 1'b0; else Q <= D;
endmodule
module LATCHN (input G, D, output reg Q); always @(posedge G) Q <= D; endmodule
module ICG (input CK, E, output GCK);
  reg open;
  always @* if (!CK) open = E;
  assign GCK = CK & open;
endmodule
)";

TEST(Liberty, SaysCellsWithTheirAreaAndKind) {
  const CellLibrary few =
      parse_liberty(library(std::string(kFlipFlop) + kReset + kLatch + kClockGate), "few.lib");
  EXPECT_EQ(few.name, "few");
  EXPECT_EQ(few.cells.size(), 7);
  EXPECT_EQ(few.cells.at("INV").area, 1.5);
  EXPECT_EQ(few.cells.at("NAND").kind, CellKind::kGate);
  EXPECT_EQ(few.cells.at("DFFR").kind, CellKind::kFlipFlop);
  EXPECT_EQ(few.cells.at("LATCHN").kind, CellKind::kLatch);
  EXPECT_EQ(few.cells.at("ICG").kind, CellKind::kClockGate);
  EXPECT_FALSE(few.latch_high);
  EXPECT_EQ(few.latch_low->enable + few.latch_low->data + few.latch_low->output, "GDQ");
  EXPECT_EQ(few.clock_gate->clock + few.clock_gate->enable + few.clock_gate->output, "CKEGCK");
  EXPECT_EQ(few.text.find("power"), std::string::npos);
  EXPECT_NE(few.text.find("cell_rise"), std::string::npos);
  // The light copy says the same.
  EXPECT_EQ(parse_liberty(few.text, "again").text, few.text);
}

TEST(Liberty, WhatIsNoneOrLacksCellsIsAnError) {
  const auto refused = [](const std::string& bytes, const std::string& message) {
    expect_error([&] { parse_liberty(bytes, "x.lib"); }, message);
  };
  refused("", "x.lib:1: expected a name");
  refused("module top; endmodule", "x.lib:1: does not begin with `library (NAME) {`");
  refused("library (a) {\n", "x.lib:2: group library does not end");
  refused("library (a) {\n  cell {}", "x.lib:2: expected : or ( behind cell");
  refused("library (a) { /* ", "x.lib:1: a comment does not end");
  refused("library (a) { x : \"b ", "x.lib:1: a text in quotes does not end");
  refused("library (a) { x (b ", "x.lib:1: ( without )");
  refused("library (a) {}", "x.lib: no cells");
  refused("library (a) { cell (B) { area : big; } }", "x.lib: cell B: area is 'big', no number");
  std::string deep = "library (a) {";
  for (int i = 0; i < 100; ++i) deep += " g () {";
  refused(deep, "x.lib:1: groups are too deep");
  refused(library(std::string(kFlipFlop) + kLatch),
          "x.lib: no flip-flop with an asynchronous reset");
  refused(library(kReset), "x.lib: no latch without set and reset");
  expect_error([] { read_liberty("/nowhere/x.lib"); }, "/nowhere/x.lib");
}

TEST(CellsArea, CellsAreSummedByKind) {
  const CellLibrary few = parse_liberty(library(std::string(kReset) + kLatch + kClockGate), "few");
  EXPECT_EQ(
      area_of({{"INV", 3}, {"DFFR", 2}, {"LATCHN", 4}, {"ICG", 1}}, few),
      (CellArea{.area = 4.5 + 24 + 22 + 7, .cells = 10, .ff = 2, .latches = 4, .clock_gates = 1}));
  expect_error([&] { area_of({{"$_DLATCH_P_", 3}}, few); }, "3 cells of type $_DLATCH_P_");
}

// With a clock gate of the library, which is simulated, and with one made of its latch.
TEST(CellsArea, AMappedOperationIsGolden) {
  Rng rng{3};
  const Program program = small_program(rng);
  std::size_t op = 0;
  const Plan plan = plan_alone<Linear>(program, op);
  const TestFolder parent;
  const std::string folder = parent / "it's \"$x\" #1; \u00e9\\";  // any path will do
  emit(plan, program, folder);
  double area = 0;
  for (const std::string clock_gate : {"", kClockGate}) {
    SCOPED_TRACE(clock_gate);
    const CellLibrary cells =
        parse_liberty(library(std::string(kFlipFlop) + kReset + kLatch + clock_gate), "few");
    const AreaResult first = synthesise_cells(plan, cells, folder, {});
    const CellArea total = first.total();
    EXPECT_FALSE(first.units.at(0).earlier);  // another library is another run
    EXPECT_NE(total.area, area);
    area = total.area;
    EXPECT_GT(total.ff, 10);
    EXPECT_GT(total.latches, 10);
    EXPECT_EQ(total.clock_gates > 0, !clock_gate.empty());
    const AreaResult again = synthesise_cells(plan, cells, folder, {});
    EXPECT_TRUE(again.units.at(0).earlier);
    EXPECT_EQ(again.total(), total);

    if (clock_gate.empty()) continue;
    write_file(folder + "/models.v", kModels);
    run_tool({.command = {require_tool("yosys").path, "-q", "-p",
                          "read_verilog models.v cells/whole/netlist.v; hierarchy -top top; proc; "
                          "flatten; opt_clean; write_verilog -noattr flat.v"},
              .directory = folder,
              .log = folder + "/flat.log",
              .writes = {"flat.v"},
              .timeout_seconds = 600});
    Rng own{4};
    const EdgeRecord record(program, 3, own);
    const std::string simulator = build_simulator(
        plan.design, {.directory = folder, .files = {"flat.v"}, .probes = false}, 1);
    std::vector<Vectors> inputs;
    for (const Port& port : plan.design.inputs) inputs.push_back(record.edges[port.edges[0]]);
    expect_streams(simulator, folder, plan.design, nullptr, inputs, record.edges[op + 1]);
  }
}

}  // namespace
}  // namespace emamba
