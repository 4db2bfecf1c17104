// SPDX-License-Identifier: Apache-2.0
// Functions and tables of cells, netlists simulated with 64 runs side by side, and the energy of a
// circuit summed by hand.
#include "synth/energy.h"

#include "base/files.h"
#include "base/testing.h"
#include "hw/emit.h"
#include "synth/few_cells.h"
#include "synth/gate_simulator.h"
#include "synth/testing.h"

namespace emamba {
namespace {

// All values of three inputs, in eight runs.
constexpr std::uint64_t kInputs[] = {0xaa, 0xcc, 0xf0};

TEST(BooleanFunction, IsWhatLibertyWrites) {
  const auto of = [](const std::string& text) {
    return BooleanFunction(text, {"A", "B1", "C_n"}, "CELL")(kInputs) & 0xff;
  };
  const std::uint64_t a = 0xaa, b = 0xcc, c = 0xf0;
  EXPECT_EQ(of("A"), a);
  EXPECT_EQ(of("!A"), ~a & 0xff);
  EXPECT_EQ(of("A'"), ~a & 0xff);
  EXPECT_EQ(of("(A B1)'"), ~(a & b) & 0xff);
  EXPECT_EQ(of("A B1 + C_n"), (a & b) | c);
  EXPECT_EQ(of("A | B1 & !C_n"), (a | (b & ~c)) & 0xff);
  EXPECT_EQ(of("A ^ B1 ^ C_n"), a ^ b ^ c);
  EXPECT_EQ(of("A & B1 ^ C_n"), a & (b ^ c));
  EXPECT_EQ(of("!(A + B1) * 1"), ~(a | b) & 0xff);
  EXPECT_EQ(of("0"), 0);
  for (const std::string text : {"", "A +", "(A", "A)", "D", "A # B1"}) {
    expect_error([&] { of(text); }, "CELL: cannot read the function \"" + text + "\"");
  }
  expect_error([&] { of(std::string(100, '(') + "A"); }, "cannot read");
  expect_error([&] { of(std::string(100, '!') + "A"); }, "cannot read");
}

TEST(SlewLoadTable, IsLinearBetweenPointsAndBeyond) {
  const SlewLoadTable table{{0, 1}, {0, 10, 20}, {0, 10, 20, 5, 15, 25}};
  EXPECT_DOUBLE_EQ(table.at(0, 0), 0);
  EXPECT_DOUBLE_EQ(table.at(1, 20), 25);
  EXPECT_DOUBLE_EQ(table.at(0.5, 5), 7.5);
  EXPECT_DOUBLE_EQ(table.at(2, 30), 40);
  EXPECT_DOUBLE_EQ((SlewLoadTable{{0}, {0}, {3}}.at(7, 9)), 3);
}

TEST(CellModels, TablesMayBeTurnedAndNumbersHaveUnits) {
  const std::string text =
      "library (l) { capacitive_load_unit (1, pf); leakage_power_unit : \"10nW\";\n"
      "voltage_unit : \"100mV\";\n"
      "power_lut_template (t) { variable_1 : total_output_net_capacitance;\n"
      "  variable_2 : input_transition_time; index_1 (\"1, 2\"); index_2 (\"0, 10, 20\"); }\n"
      "cell (X) { area : 1; cell_leakage_power : 3; pin (A) { direction : input; }\n"
      "pin (Y) { direction : output; function : \"!A\"; internal_power () { related_pin : \"A\";\n"
      "  rise_power (t) { values (\"1, 2, 3\", \"4, 5, 6\"); } } } } }";
  const CellModels models = read_cell_models({{"l.lib", text}});
  EXPECT_DOUBLE_EQ(models.farad, 1e-12);
  EXPECT_DOUBLE_EQ(models.watt, 1e-8);
  EXPECT_DOUBLE_EQ(models.volt, 0.1);
  const CellModel& x = models.cells.at("X");
  EXPECT_EQ(x.leakage, 3);
  ASSERT_EQ(x.energy.size(), 1);
  EXPECT_DOUBLE_EQ(x.energy[0].at(10, 2), 5);
  EXPECT_DOUBLE_EQ(x.energy[0].at(20, 1), 3);
  std::string wrong = text;
  wrong.replace(wrong.find("4, 5, 6"), 7, "4, 5");
  expect_error(
      [&] {
        read_cell_models({{"l.lib", wrong}});
      },
      "l.lib: a table rise_power (t) of 2 x 3 has 5 values");
}

struct Few {
  CellLibrary library;
  CellModels models;
};
Few few_cells(const std::string& more = "") {
  const std::vector<LibertyFile> files = {
      {"few.lib", library(kFlipFlop + kReset + kLatch + kClockGate + more)}};
  return {parse_liberty(files), read_cell_models(files)};
}

// Nets 0 clk_i, 1 rst_ni, 2 a_i, 3 y_o, and five more.
Mapped circuit(std::vector<Mapped::Cell> cells) {
  Mapped netlist;
  netlist.ports = {
      {"clk_i", true, {0}}, {"rst_ni", true, {1}}, {"a_i", true, {2}}, {"y_o", false, {3}}};
  netlist.cells = std::move(cells);
  netlist.nets.resize(9);
  return netlist;
}

// A register, and two inverters and a buffer behind it.
Mapped chain() {
  return circuit({{"DFF", {{"C", 0}, {"D", 2}, {"Q", 4}}},
                  {"INV", {{"A", 4}, {"Y", 5}}},
                  {"INV", {{"A", 5}, {"Y", 6}}},
                  {"BUF", {{"A", 6}, {"Y", 3}}}});
}

TEST(GateSimulator, EveryRunIsItsOwn) {
  const Few few = few_cells();
  GateSimulator simulator(chain(), few.library, few.models, 1);
  simulator.set(2, 0x5);
  simulator.settle();
  simulator.edge();
  EXPECT_EQ(simulator.get(4), 0x5);
  EXPECT_EQ(simulator.get(5), ~std::uint64_t{0x5});
  EXPECT_EQ(simulator.get(3), 0x5);
  simulator.count(0x3);  // the first two runs
  simulator.set(2, 0xa);
  simulator.edge();
  simulator.edge();
  EXPECT_EQ(simulator.get(3), 0xa);
  const std::vector<std::int64_t> changes = simulator.changes();
  EXPECT_EQ(changes[4], 2);  // one in each
  EXPECT_EQ(changes[0], 8);  // two edges a cycle, two cycles, two runs
}

// A word of a memory: open behind the edge at which its gate was enabled, else it holds.
TEST(GateSimulator, ALatchBehindAClockGateHolds) {
  const Few few = few_cells();
  GateSimulator simulator(circuit({{"ICG", {{"CK", 0}, {"E", 2}, {"GCK", 4}}},
                                   {"INV", {{"A", 4}, {"Y", 5}}},
                                   {"DFF", {{"C", 0}, {"D", 1}, {"Q", 6}}},
                                   {"LATCHN", {{"G", 5}, {"D", 6}, {"Q", 3}}}}),
                          few.library, few.models, 1);
  const std::uint64_t enabled = 0x0f;
  simulator.count(0xff);
  simulator.set(2, enabled);
  simulator.set(1, ~std::uint64_t{0});
  simulator.settle();
  simulator.edge();
  EXPECT_EQ(simulator.get(3) & enabled, enabled);
  const std::uint64_t before = simulator.get(3);
  simulator.set(2, 0);
  simulator.set(1, 0);
  simulator.settle();
  simulator.edge();
  EXPECT_EQ(simulator.get(6), 0);
  EXPECT_EQ(simulator.get(3), before);
  EXPECT_EQ(simulator.changes()[4], 2 * 4);  // one pulse in the four enabled runs
}

// The clock comes through the second only when it comes through the first.
TEST(GateSimulator, AClockGateBehindAnother) {
  const Few few = few_cells();
  for (const bool turned : {false, true}) {  // in either order of the cells
    SCOPED_TRACE(turned);
    std::vector<Mapped::Cell> cells = {{"ICG", {{"CK", 0}, {"E", 2}, {"GCK", 4}}},
                                       {"ICG", {{"CK", 4}, {"E", 1}, {"GCK", 5}}},
                                       {"INV", {{"A", 3}, {"Y", 6}}},
                                       {"DFF", {{"C", 5}, {"D", 6}, {"Q", 3}}}};
    if (turned) std::swap(cells[0], cells[1]);
    GateSimulator simulator(circuit(cells), few.library, few.models, 1);
    const std::uint64_t first = 0x33, second = 0x55, before = simulator.get(3);
    simulator.count(0xff);
    simulator.set(2, first);
    simulator.set(1, second);
    simulator.settle();
    simulator.edge();
    EXPECT_EQ(simulator.get(3), before ^ (first & second));
    EXPECT_EQ(simulator.changes()[4], 2 * 4);
    EXPECT_EQ(simulator.changes()[5], 2 * 2);
  }
}

// One that keeps the inverse of its data and gives that inverted shows the data.
TEST(GateSimulator, ALatchMayKeepTheInverse) {
  std::string inverse = kLatch;
  inverse.replace(inverse.find("LATCHN"), 6, "LATCHI");
  inverse.replace(inverse.find("data_in : \"D\""), 13, "data_in : \"(!D)\"");
  inverse.replace(inverse.find("function : \"IQ\""), 15, "function : \"IQN\"");
  const Few few = few_cells(inverse);
  GateSimulator simulator(circuit({{"ICG", {{"CK", 0}, {"E", 2}, {"GCK", 4}}},
                                   {"INV", {{"A", 4}, {"Y", 5}}},
                                   {"LATCHI", {{"G", 5}, {"D", 1}, {"Q", 3}}}}),
                          few.library, few.models, 1);
  simulator.set(2, ~std::uint64_t{0});
  simulator.set(1, 0x1234);
  simulator.settle();
  simulator.edge();
  EXPECT_EQ(simulator.get(3), 0x1234);
}

TEST(GateSimulator, WhatItCannotSimulateIsRefused) {
  const Few few = few_cells();
  const auto refused = [&](std::vector<Mapped::Cell> cells, const std::string& message) {
    expect_error([&] { GateSimulator(circuit(std::move(cells)), few.library, few.models, 1); },
                 message);
  };
  refused({{"INV", {{"A", 4}, {"Y", 5}}}, {"INV", {{"A", 5}, {"Y", 4}}}},
          "a path of gates returns to itself");
  refused({{"NAND", {{"A", 0}, {"B", 2}, {"Y", 4}}}, {"DFF", {{"C", 4}, {"D", 2}, {"Q", 3}}}},
          "a clock through a NAND");
  refused({{"INV", {{"A", 0}, {"Y", 4}}}, {"DFF", {{"C", 4}, {"D", 2}, {"Q", 3}}}},
          "a register on the falling edge");
  refused({{"INV", {{"A", 0}, {"Y", 4}}}, {"LATCHN", {{"G", 4}, {"D", 2}, {"Q", 3}}}},
          "a latch without a clock gate");
}

// Of the chain: loads of 1 fF at every pin and none at the port, 1 fJ (a fF at the library's unit
// of 1 V, not at the supply) inside a gate for every change of its output, and nothing in the
// register. With a supply of 2 V a change of a fF takes 2 fJ.
TEST(Energy, IsTheSumByHand) {
  const Few few = few_cells();
  const Mapped netlist = chain();
  std::vector<std::int64_t> changes(netlist.nets.size());
  changes[0] = 20;                                        // ten cycles
  changes[2] = 6;                                         // the input
  changes[4] = changes[5] = changes[6] = changes[3] = 5;  // of the register, and behind it
  const std::vector<Energy> energies =
      energy_of(netlist, {0, 0, 1, 1}, 2, few.library, few.models, 2, 0, changes);
  ASSERT_EQ(energies.size(), 2);
  // The register's clock and input pins, its output, the first inverter's.
  EXPECT_NEAR(energies[0].switching, (20 + 6 + 5 + 5) * 2e-15, 1e-20);
  EXPECT_NEAR(energies[0].clock, 20 * 2e-15, 1e-20);
  EXPECT_NEAR(energies[0].internal, 5 * 1e-15, 1e-20);
  // The second inverter's output; the buffer's goes to the port.
  EXPECT_NEAR(energies[1].switching, 5 * 2e-15, 1e-20);
  EXPECT_NEAR(energies[1].internal, (5 + 5) * 1e-15, 1e-20);
  // A wire of 3 fF to every load.
  const std::vector<Energy> wires =
      energy_of(netlist, {0, 0, 0, 0}, 1, few.library, few.models, 2, 3, changes);
  EXPECT_NEAR(wires[0].switching, (20 + 6 + 5 + 5 + 5) * 4 * 2e-15, 1e-20);
  EXPECT_NEAR(wires[0].wires, (20 + 6 + 5 + 5 + 5) * 3 * 2e-15, 1e-20);
  // Wires of its own: 7 fF of the clock's net, 5 fF behind the register.
  Mapped wired = netlist;
  wired.wires = {7, 0, 0, 0, 5, 0, 0, 0, 0};
  const std::vector<Energy> own =
      energy_of(wired, {0, 0, 0, 0}, 1, few.library, few.models, 2, 0, changes);
  EXPECT_NEAR(own[0].switching, (20 * 8 + 6 + 5 * 6 + 5 + 5) * 2e-15, 1e-20);
  EXPECT_NEAR(own[0].wires, (20 * 7 + 5 * 5) * 2e-15, 1e-20);
  EXPECT_NEAR(own[0].clock, 20 * 8 * 2e-15, 1e-20);
}

// A small model as cells, by the library's latches and clock gates, with a model that is wrong.
TEST(Energy, AWholeModelInCellsIsGolden) {
  Rng rng{5};
  const Program program = small_program(rng);
  const Plan plan = plan_program(program, {.lanes = 2});
  const TestFolder folder;
  emit(plan, program, folder.path());
  write_file(folder / "few.lib", library(kFlipFlop + kReset + kLatch + kClockGate));
  AsicTarget target;
  target.clock_mhz = 1;
  target.supply_v = 1;
  target.corners = {{"typical", {folder / "few.lib"}}};
  AsicResult asic = synthesise_asic(plan, target, folder.path(), {.jobs = 2});
  const Few few = few_cells();
  std::vector<Tensor<std::int32_t>> frames;
  for (int i = 0; i < 5; ++i) frames.push_back(random_tokens(program, rng));
  const Golden golden(program);
  const EnergyResult right = measure_energy(plan, golden, asic, few.models, frames, 0);
  EXPECT_EQ(right.frames, 5);
  EXPECT_GT(right.values, 5);
  EXPECT_EQ(right.mismatches, 0);
  EXPECT_GT(right.total().dynamic(), 0);
  EXPECT_GT(right.total().clock, 0);
  EXPECT_GT(right.total().dynamic() / static_cast<double>(plan.cycles.per_frame),
            right.idle_cycle.dynamic());
  const nlohmann::json said = energy_json(asic, right);
  EXPECT_EQ(said.at("units").size(), plan.design.units.size());
  // A gate of the last unit that computes something else.
  for (Mapped::Cell& cell : asic.netlists.back().cells) {
    if (cell.type == "INV") cell.type = "BUF";
  }
  bool found = false;
  try {
    found = measure_energy(plan, golden, asic, few.models, frames, 0).mismatches > 0;
  } catch (const Error&) {
    found = true;  // it does not even move
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace emamba
