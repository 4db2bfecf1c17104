// SPDX-License-Identifier: Apache-2.0
// Libraries of standard cells, netlists of one and their timing, and an operation mapped to one.
#include "synth/asic.h"

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/testing.h"
#include "base/tool.h"
#include "exec/golden.h"
#include "hw/emit.h"
#include "sim/testing.h"
#include "synth/few_cells.h"
#include "synth/mapped.h"
#include "synth/testing.h"

namespace emamba {
namespace {

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

CellLibrary parse(const std::string& text, const std::vector<std::string>& avoid = {}) {
  return parse_liberty({{"few.lib", text}}, avoid);
}

TEST(Liberty, SaysCellsWithTheirAreaKindAndPins) {
  const CellLibrary few = parse(library(kFlipFlop + kReset + kLatch + kClockGate));
  EXPECT_EQ(few.name, "few");
  EXPECT_EQ(few.cells.size(), 7);
  EXPECT_EQ(few.cells.at("INV").area, 1.5);
  EXPECT_EQ(few.cells.at("NAND").kind, CellKind::kGate);
  EXPECT_EQ(few.cells.at("DFFR").kind, CellKind::kFlipFlop);
  EXPECT_EQ(few.cells.at("LATCHN").kind, CellKind::kLatch);
  EXPECT_EQ(few.cells.at("ICG").kind, CellKind::kClockGate);
  EXPECT_EQ(few.cells.at("NAND").inputs, (std::map<std::string, double>{{"A", 1}, {"B", 1}}));
  EXPECT_EQ(few.cells.at("NAND").outputs, std::vector<std::string>{"Y"});
  EXPECT_EQ(few.cells.at("NAND").clock, "");
  EXPECT_EQ(few.cells.at("DFF").clock, "C");
  EXPECT_EQ(few.cells.at("LATCHN").clock, "G");
  EXPECT_EQ(few.cells.at("ICG").clock, "CK");
  EXPECT_FALSE(few.latch_high);
  EXPECT_EQ(few.latch_low->enable + few.latch_low->data + few.latch_low->output, "GDQ");
  EXPECT_EQ(few.clock_gate->clock + few.clock_gate->enable + few.clock_gate->output, "CKEGCK");
  ASSERT_EQ(few.buffers.size(), 1);
  EXPECT_EQ(few.buffers[0].cell + few.buffers[0].input + few.buffers[0].output, "BUFAY");
  EXPECT_EQ(few.buffers[0].drives, 100);
  EXPECT_EQ(few.text.find("power"), std::string::npos);
  EXPECT_NE(few.text.find("cell_rise"), std::string::npos);
  EXPECT_EQ(few.text.find("LATCHN"), std::string::npos);
  // A latch that keeps the inverse of its data.
  std::string inverse = kLatch;
  inverse.replace(inverse.find("data_in : \"D\""), 13, "data_in : \"(!D)\"");
  inverse.replace(inverse.find("function : \"IQ\""), 15, "function : \"IQN\"");
  EXPECT_EQ(parse(library(kReset + inverse)).latch_low->data, "D");
  // A gate that also passes for a test: the pin is for tying.
  const CellLibrary tested = parse(library(
      kReset + kLatch +
      "cell (ICGT) { area : 8; clock_gating_integrated_cell : \"latch_posedge_precontrol\";\n"
      "pin (K) { clock_gate_clock_pin : true; } pin (E) { clock_gate_enable_pin : true; }\n"
      "pin (T) { clock_gate_test_pin : true; } pin (Q) { clock_gate_out_pin : true; } }\n"));
  EXPECT_EQ(tested.clock_gate->test, "T");
}

TEST(Liberty, SeveralFilesAreOneLibraryAndCellsMayBeAvoided) {
  const std::string rest = "library (more) { time_unit : \"1ns\"; capacitive_load_unit (1, ff);\n" +
                           kReset + kLatch + "}";
  const CellLibrary both =
      parse_liberty({{"few.lib", library(kFlipFlop)}, {"more.lib", rest}}, {"NAN*"});
  EXPECT_EQ(both.cells.size(), 5);
  EXPECT_FALSE(both.cells.contains("NAND"));
  EXPECT_EQ(both.text.find("NAND"), std::string::npos);
  EXPECT_NE(both.text.find("DFFR"), std::string::npos);
  expect_error(
      [&] {
        parse_liberty({{"a.lib", library(kReset)}, {"b.lib", rest}});
      },
      "b.lib: cell DFFR is there twice");
  std::string other = rest;
  other.replace(other.find("1ns"), 3, "1ps");
  expect_error(
      [&] {
        parse_liberty({{"a.lib", library("")}, {"b.lib", other}});
      },
      "b.lib: has time_unit 1ps, capacitive_load_unit 1,ff, and a.lib time_unit 1ns");
}

TEST(Liberty, WhatIsNoneOrLacksCellsIsAnError) {
  const auto refused = [](const std::string& bytes, const std::string& message) {
    expect_error([&] { parse_liberty({{"x.lib", bytes}}); }, message);
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
  refused(library(kFlipFlop + kLatch), "x.lib: no flip-flop with an asynchronous reset");
  refused(library(kReset), "x.lib: no latch without set and reset");
  expect_error([] { read_liberty_files({"/nowhere/x.lib"}); }, "/nowhere/x.lib");
}

// What times a netlist applies a library's model of wires unasked.
TEST(Liberty, AModelOfWiresIsNamedAndTakenOut) {
  const std::string plain = library(kFlipFlop + kReset + kLatch);
  const std::string head = "  delay_model : table_lookup;\n";
  std::string modelled = plain;
  modelled.insert(
      plain.find(head),
      "  default_wire_load_mode : top;\n  default_wire_load : \"1k\";\n"
      "  default_wire_load_selection : \"metal\" ;\n"
      "  wire_load_selection (\"metal\") {\n    wire_load_from_area (0, 9, 1k);\n  }\n");
  EXPECT_EQ(parse(plain).wire_load, "");
  EXPECT_EQ(parse(modelled).wire_load, "1k");
  const std::string without = without_wire_load(modelled);
  EXPECT_EQ(parse(without).wire_load, "");
  EXPECT_EQ(without.find("selection"), std::string::npos);
  EXPECT_EQ(without.find("from_area"), std::string::npos);
  EXPECT_NE(without.find("default_wire_load_mode : top;"), std::string::npos);
  EXPECT_EQ(without_wire_load(plain), plain);
  EXPECT_EQ(without_wire_load("default_wire_load"), "default_wire_load");
  EXPECT_EQ(without_wire_load("default_wire_load : x"), "default_wire_load : x");
}

TEST(Liberty, ConstantsAreCells) {
  const std::string ties =
      "  cell (ONE) { area : 1; pin (Z) { direction : output; function : \"1\"; } }\n"
      "  cell (ZERO) { area : 1; pin (Z) { direction : output; function : \"0\"; } }\n";
  const CellLibrary without = parse(library(kFlipFlop + kReset + kLatch));
  EXPECT_FALSE(without.tie_low || without.tie_high);
  const CellLibrary with = parse(library(kFlipFlop + kReset + kLatch + ties));
  ASSERT_TRUE(with.tie_low && with.tie_high);
  EXPECT_EQ(with.tie_low->cell, "ZERO");
  EXPECT_EQ(with.tie_high->cell, "ONE");
  EXPECT_EQ(with.tie_high->output, "Z");
}

TEST(Asic, CellsAreSummedByKind) {
  const CellLibrary few = parse(library(kReset + kLatch + kClockGate));
  EXPECT_EQ(area_of({{"INV", 3}, {"DFFR", 2}, {"LATCHN", 4}, {"ICG", 1}}, few),
            (CellArea{.area = 4.5 + 24 + 22 + 7,
                      .cells = 10,
                      .ff = 2,
                      .latches = 4,
                      .clock_gates = 1,
                      .ff_area = 24,
                      .latch_area = 22,
                      .clock_gate_area = 7}));
  expect_error([&] { area_of({{"$_DLATCH_P_", 3}}, few); }, "3 cells of type $_DLATCH_P_");
}

// A register of `ports` and cells, as Yosys writes it.
nlohmann::json netlist_json(const nlohmann::json& cells) {
  const auto port = [](const char* direction, int bit) {
    return nlohmann::json{{"direction", direction}, {"bits", {bit}}};
  };
  return {{"modules",
           {{"top",
             {{"ports",
               {{"clk_i", port("input", 2)},
                {"rst_ni", port("input", 3)},
                {"a_i", port("input", 4)},
                {"y_o", port("output", 5)}}},
              {"cells", cells},
              {"netnames",
               {{"u_core.held_q", {{"hide_name", 0}, {"bits", {10}}}},
                {"_7_", {{"hide_name", 1}, {"bits", {11}}}}}}}}}}};
}

nlohmann::json cell_json(const char* type, const nlohmann::json& pins) {
  nlohmann::json connections;
  for (const auto& [pin, bit] : pins.items()) connections[pin] = {bit};
  return {{"type", type}, {"connections", connections}};
}

// Loads of a register and of the clock become trees, and are as before without them.
TEST(Mapped, NetsOfManyLoadsGetBuffers) {
  const CellLibrary few = parse(library(kFlipFlop + kReset + kLatch));
  nlohmann::json cells = {{"held", cell_json("DFF", {{"C", 2}, {"D", 4}, {"Q", 10}})}};
  for (int i = 0; i < 30; ++i) {
    cells[fmt::format("r{}", i)] =
        cell_json("DFF", {{"C", 2}, {"D", 10}, {"Q", i == 0 ? 5 : 20 + i}});
  }
  Mapped netlist = read_mapped(netlist_json(cells), few, "n.json");
  EXPECT_EQ(counts_of(netlist), (CellCounts{{"DFF", 31}}));
  const std::string before = verilog_of(netlist, "held");
  // 30 loads are 8 groups of 4 at most, and these 2 groups of 4; so are 31.
  EXPECT_EQ(buffer_nets(netlist, few, 4), 20);
  EXPECT_EQ(counts_of(netlist), (CellCounts{{"BUF", 20}, {"DFF", 31}}));
  Mapped again = netlist;
  remove_buffers(again, few, 20);
  const auto cells_of = [](const std::string& text) {  // nets that nothing is on stay
    return text.substr(text.find("  DFF g0"));
  };
  EXPECT_EQ(cells_of(verilog_of(again, "held")), cells_of(before));
  std::map<int, int> loads;
  for (const Mapped::Cell& cell : netlist.cells) {
    for (const auto& [pin, net] : cell.pins) loads[net] += pin == "Q" || pin == "Y" ? 0 : 1;
  }
  for (const auto& [net, count] : loads) EXPECT_LE(count, 4) << net;
  EXPECT_EQ(buffer_nets(netlist, few, 4), 0);
  const std::string text = verilog_of(netlist, "held");
  EXPECT_TRUE(text.starts_with("module held ("));
  EXPECT_NE(text.find(".D(a_i)"), std::string::npos) << text;
  EXPECT_EQ(name_of(netlist, few, "g0"), "u_core.held_q");
  EXPECT_EQ(name_of(netlist, few, "g2"), "g2");
  EXPECT_EQ(name_of(netlist, few, "a_i"), "a_i");
  // A register whose name is behind an inverter.
  const Mapped inverted =
      read_mapped(netlist_json({{"a", cell_json("DFF", {{"C", 2}, {"D", 4}, {"Q", 12}})},
                                {"b", cell_json("INV", {{"A", 12}, {"Y", 10}})}}),
                  few, "n.json");
  EXPECT_EQ(name_of(inverted, few, "g0"), "u_core.held_q");
  expect_error(
      [&] {
        read_mapped(netlist_json({{"x", cell_json("XOR", {{"A", 4}})}}), few, "n.json");
      },
      "n.json: a cell XOR, which the library few has not");
  expect_error(
      [&] {
        read_mapped({{"modules", nullptr}}, few, "n.json");
      },
      "n.json: not a netlist of Yosys");
}

// Of a module of these cells, with nets n1 to n4.
ShortestPeriod period_of(const TestFolder& folder, const std::string& cells, bool clock_tree) {
  write_file(folder / "few.lib", library(kFlipFlop + kReset + kLatch));
  write_file(folder / "top.v",
             "module top (clk_i, rst_ni, a_i, y_o);\n  input clk_i, rst_ni, a_i;\n"
             "  output y_o;\n  wire n1, n2, n3, n4;\n" +
                 cells + "endmodule\n");
  return shortest_period({.directory = folder.path(),
                          .place = "timing",
                          .libraries = {"few.lib"},
                          .netlists = {"top.v"},
                          .clock_tree = clock_tree},
                         require_tool("sta"), 60);
}

// Registers take 0.2 ns and a setup of 0.1 ns; a latch that is open while the clock is high must
// have its data in the first half.
TEST(Sta, ThePeriodIsTheSumOfTheSlowestPath) {
  const TestFolder folder;
  const auto period = [&](const std::string& cells) { return period_of(folder, cells, false); };
  const ShortestPeriod direct = period(
      "  DFF first (.C(clk_i), .D(a_i), .Q(n1));\n  DFF second (.C(clk_i), .D(n1), .Q(y_o));\n");
  EXPECT_NEAR(direct.ns, 0.3, 0.001);
  EXPECT_EQ(direct.from, "first");
  EXPECT_EQ(direct.to, "second");
  EXPECT_EQ(direct.cells, 2);
  const ShortestPeriod chain = period(
      "  DFF first (.C(clk_i), .D(a_i), .Q(n1));\n  INV one (.A(n1), .Y(n2));\n"
      "  INV two (.A(n2), .Y(n3));\n  DFF second (.C(clk_i), .D(n3), .Q(y_o));\n");
  // An inverter takes 0.01 ns with a slew of 0.01 ns and a load of 1 fF.
  EXPECT_NEAR(chain.ns, 0.32, 0.002);
  EXPECT_EQ(chain.cells, 4);
  const ShortestPeriod latch = period(
      "  DFF first (.C(clk_i), .D(a_i), .Q(n1));\n  INV clock (.A(clk_i), .Y(n2));\n"
      "  LATCHN held (.G(n2), .D(n1), .Q(n3));\n  DFF second (.C(clk_i), .D(n3), .Q(y_o));\n");
  EXPECT_NEAR(latch.ns, 0.58, 0.03);
  EXPECT_EQ(latch.to, "held");
  const ShortestPeriod nothing = period("  assign y_o = a_i;\n");
  EXPECT_EQ(nothing.ns, 0);
  expect_error([&] { period("  UNKNOWN x (.A(a_i));\n"); }, "black box");
}

// With a clock's tree an edge comes later; what is late by more than another register is seen.
TEST(Sta, AClockTreeHasItsDelays) {
  const TestFolder folder;
  const auto period = [&](const std::string& cells) { return period_of(folder, cells, true); };
  const std::string registers =
      "  DFF first (.C(n2), .D(a_i), .Q(n1));\n  DFF second (.C({}), .D(n1), .Q(y_o));\n";
  // Both behind one buffer: as without it.
  const ShortestPeriod even =
      period("  BUF tree (.A(clk_i), .Y(n2));\n" + fmt::format(fmt::runtime(registers), "n2"));
  EXPECT_NEAR(even.ns, 0.3, 0.005);
  EXPECT_NEAR(even.hold_ns, 0.2 - 0.05, 0.005);
  // The first behind a buffer more: a period longer by its 0.01 ns.
  const ShortestPeriod late =
      period("  BUF tree (.A(clk_i), .Y(n3));\n  BUF more (.A(n3), .Y(n2));\n" +
             fmt::format(fmt::runtime(registers), "n3"));
  EXPECT_GT(late.ns, even.ns + 0.005);
  EXPECT_LT(late.ns, even.ns + 0.03);
}

// With a clock gate of the library, which is simulated, and with one made of its latch.
TEST(Asic, AMappedOperationIsGolden) {
  Rng rng{3};
  const Program program = small_program(rng);
  std::size_t op = 0;
  const Plan plan = plan_alone<Linear>(program, op);
  const TestFolder parent;
  const std::string folder = parent / "it's \"$x\" #1; \u00e9\\";  // any path will do
  emit(plan, program, folder);
  double area = 0;
  for (const std::string& clock_gate : {std::string(), kClockGate}) {
    SCOPED_TRACE(clock_gate);
    write_file(parent / "few.lib", library(kFlipFlop + kReset + kLatch + clock_gate));
    AsicTarget target;
    target.clock_mhz = clock_gate.empty() ? 1 : 5000;  // for area, and for speed
    target.corners = {{"typical", {parent / "few.lib"}}, {"again", {parent / "few.lib"}}};
    target.equivalents = {{22, 0.5, 0, "half"}};
    const AsicResult first = synthesise_asic(plan, target, folder, {});
    const CellArea total = first.total();
    const UnitCells& unit = first.units.at(0);
    EXPECT_FALSE(unit.earlier);  // another library is another run
    EXPECT_NE(total.area, area);
    area = total.area;
    EXPECT_GT(total.ff, 10);
    EXPECT_GT(total.latches, 10);
    EXPECT_EQ(total.clock_gates > 0, !clock_gate.empty());
    ASSERT_EQ(unit.periods.size(), 2);
    EXPECT_GT(unit.periods[0].ns, 0.3);
    EXPECT_EQ(unit.periods[0].ns, unit.periods[1].ns);
    // The whole is this unit alone.
    EXPECT_NEAR(first.periods[0].ns, unit.periods[0].ns, 0.01);
    const nlohmann::json said = to_json(first);
    EXPECT_EQ(said.at("limiting_unit"), "whole");
    EXPECT_NEAR(said.at("equivalents")[0].at("area_mm2").get<double>(), total.area * 0.5e-6, 1e-6);
    const AsicResult again = synthesise_asic(plan, target, folder, {});
    EXPECT_TRUE(again.units.at(0).earlier);
    EXPECT_EQ(again.total(), total);

    if (clock_gate.empty()) continue;
    write_file(folder + "/models.v", kModels);
    const std::string netlist = unit.for_speed ? "fast/whole/mapped.v" : "cells/whole/mapped.v";
    run_tool({.command = {require_tool("yosys").path, "-q", "-p",
                          "read_verilog models.v " + netlist +
                              "; hierarchy -top top; proc; flatten; opt_clean; write_verilog "
                              "-noattr flat.v"},
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

TEST(Asic, ACornerThatLacksCellsIsAnError) {
  Rng rng{3};
  const Program program = small_program(rng);
  std::size_t op = 0;
  const Plan plan = plan_alone<Linear>(program, op);
  const TestFolder folder;
  emit(plan, program, folder.path());
  write_file(folder / "few.lib", library(kFlipFlop + kReset + kLatch));
  write_file(folder / "less.lib", library(kReset + kLatch));
  AsicTarget target;
  target.clock_mhz = 1;
  target.corners = {{"typical", {folder / "few.lib"}}, {"slow", {folder / "less.lib"}}};
  expect_error([&] { synthesise_asic(plan, target, folder.path(), {}); },
               "less.lib: corner slow has no cell DFF, which corner typical has");
}

}  // namespace
}  // namespace emamba
