// SPDX-License-Identifier: Apache-2.0
// Trees of buffers by place, and wires as SPEF.
#include "synth/trees.h"

#include <cmath>
#include <set>

#include "base/files.h"
#include "base/rng.h"
#include "base/testing.h"
#include "synth/few_cells.h"
#include "synth/gate_simulator.h"
#include "synth/spef.h"
#include "synth/sta.h"

namespace emamba {
namespace {

constexpr char kTies[] =
    "  cell (ONE) { area : 1; pin (Z) { direction : output; function : \"1\"; } }\n"
    "  cell (ZERO) { area : 1; pin (Z) { direction : output; function : \"0\"; } }\n";

std::vector<LibertyFile> files() {
  return {{"few.lib", library(kFlipFlop + kReset + kLatch + kClockGate + kTies)}};
}

// 40 registers in a chain on the clock, 70 behind one clock gate, three behind another, and an
// output for each chain; the enables are 1 and a port.
Mapped chains() {
  Mapped netlist;
  netlist.ports = {{"clk_i", true, {0}}, {"rst_ni", true, {1}}, {"a_i", true, {2}},
                   {"e_i", true, {3}},   {"y_o", false, {}},    {"one_o", false, {Mapped::kHigh}}};
  netlist.nets.resize(6);
  netlist.cells = {{"ICG", {{"CK", 0}, {"E", 3}, {"GCK", 4}}},
                   {"ICG", {{"CK", 0}, {"E", Mapped::kHigh}, {"GCK", 5}}}};
  for (const auto& [clock, count] : {std::pair{0, 40}, {4, 70}, {5, 3}}) {
    int data = 2;
    for (int i = 0; i < count; ++i) {
      const int next = static_cast<int>(netlist.nets.size());
      netlist.nets.emplace_back();
      netlist.cells.push_back({"DFF", {{"C", clock}, {"D", data}, {"Q", next}}});
      data = next;
    }
    netlist.ports[4].nets.push_back(data);
  }
  return netlist;
}

std::vector<Place> grid(std::size_t cells) {
  std::vector<Place> places;
  for (std::size_t i = 0; i < cells; ++i) {
    places.push_back({static_cast<double>(i % 12), static_cast<double>(i / 12)});
  }
  return places;
}

TEST(Trees, NoNetHasManyLoadsAndEveryRegisterIsAsDeepInTheClock) {
  const CellLibrary few = parse_liberty(files());
  Mapped netlist = chains();
  std::vector<Place> places = grid(netlist.cells.size());
  const Trees trees = grow_trees(netlist, few, 6, places);
  ASSERT_EQ(places.size(), netlist.cells.size());
  EXPECT_GT(trees.buffers, 20);
  EXPECT_EQ(trees.ties, 2);  // an enable, and a port

  std::vector<int> loads(netlist.nets.size());
  std::vector<std::size_t> driver(netlist.nets.size(), ~std::size_t{0});
  for (std::size_t i = 0; i < netlist.cells.size(); ++i) {
    const LibraryCell& kind = few.cells.at(netlist.cells[i].type);
    for (const auto& [pin, net] : netlist.cells[i].pins) {
      ASSERT_GE(net, 0);
      if (kind.inputs.contains(pin)) {
        ++loads[static_cast<std::size_t>(net)];
      } else {
        driver[static_cast<std::size_t>(net)] = i;
      }
    }
  }
  for (const int count : loads) EXPECT_LE(count, 6);
  std::set<int> depths;
  for (const Mapped::Cell& cell : netlist.cells) {
    if (cell.type != "DFF") continue;
    int depth = 0;
    for (int net = cell.net("C"); net != 0; ++depth) {
      const Mapped::Cell& up = netlist.cells[driver[static_cast<std::size_t>(net)]];
      net = up.net(up.type == "ICG" ? "CK" : "A");
    }
    depths.insert(depth);
  }
  EXPECT_EQ(depths, std::set<int>{trees.clock_levels});
  for (const Mapped::Port& port : netlist.ports) {
    for (const int net : port.nets) EXPECT_GE(net, 0) << port.name;
  }
}

TEST(Trees, ANetlistDoesTheSameWithThem) {
  const CellLibrary few = parse_liberty(files());
  const CellModels models = read_cell_models(files());
  const Mapped plain = chains();
  Mapped grown = plain;
  std::vector<Place> places = grid(grown.cells.size());
  grow_trees(grown, few, 6, places);
  GateSimulator one(plain, few, models, 7), other(grown, few, models, 7);
  Rng rng{9};
  for (int cycle = 0; cycle < 300; ++cycle) {
    const std::uint64_t data = rng.next(), enable = cycle < 100 ? ~std::uint64_t{0} : rng.next();
    for (GateSimulator* simulator : {&one, &other}) {
      simulator->set(2, data);
      simulator->set(3, enable);
      simulator->settle();
      simulator->edge();
    }
    if (cycle < 100) continue;  // until what they began with is gone
    for (std::size_t i = 0; i < 3; ++i) {
      ASSERT_EQ(one.get(plain.port("y_o")[i]), other.get(grown.port("y_o")[i])) << cycle;
    }
    EXPECT_EQ(other.get(grown.port("one_o")[0]), ~std::uint64_t{0});
  }
}

TEST(Trees, ALibraryWithoutBuffersOrConstantsIsRefused) {
  const CellLibrary few =
      parse_liberty({{"few.lib", library(kFlipFlop + kReset + kLatch + kClockGate)}});
  Mapped netlist = chains();
  std::vector<Place> places = grid(netlist.cells.size());
  expect_error([&] { grow_trees(netlist, few, 6, places); },
               "the library few has no cell that is a constant");
}

// A register, an inverter 100 um away, and a register beside it: 40 fF at the inverter's input, and
// 50 ohms, which is nothing.
TEST(Spef, WiresMakeAPathLonger) {
  const CellLibrary few = parse_liberty(files());
  Mapped netlist;
  netlist.ports = {
      {"clk_i", true, {0}}, {"rst_ni", true, {1}}, {"data_i", true, {2, 3}}, {"y_o", false, {6}}};
  netlist.nets.resize(7);
  netlist.cells = {{"DFF", {{"C", 0}, {"D", 2}, {"Q", 4}}},
                   {"INV", {{"A", 4}, {"Y", 5}}},
                   {"DFF", {{"C", 0}, {"D", 5}, {"Q", 6}}}};
  std::vector<NetWires> wires(7);
  wires[2] = {10, {{0, "D", 10}}};
  wires[4] = {100, {{1, "A", 100}}};
  wires[6] = {20, {{-1, "y_o", 20}}};
  const std::string text = spef_of(netlist, few, wires, {0.4, 0.5});
  EXPECT_NE(text.find("*D_NET n4 40.0000\n*CONN\n*I g0:Q O\n*I g1:A I\n*CAP\n1 g1:A 40.0000\n"
                      "*RES\n1 g0:Q g1:A 50.000\n*END\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("*D_NET data_i[0] 4.0000\n*CONN\n*P data_i[0] I\n*I g0:D I\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("1 y_o 8.0000"), std::string::npos) << text;

  const TestFolder folder;
  write_file(folder / "few.lib", files()[0].bytes);
  write_file(folder / "top.v", verilog_of(netlist, "top"));
  write_file(folder / "top.spef", text);
  StaRun run{.directory = folder.path(),
             .place = "timing",
             .libraries = {"few.lib"},
             .netlists = {"top.v"}};
  const ShortestPeriod without = shortest_period(run, require_tool("sta"), 60);
  EXPECT_NEAR(without.ns, 0.31, 0.002);
  // The register's delay is constant; so the wire behind the inverter would count, not this one.
  wires[5] = {100, {{2, "D", 100}}};
  write_file(folder / "top.spef", spef_of(netlist, few, wires, {0.4, 0.5}));
  run.wires = "top.spef";
  const ShortestPeriod with = shortest_period(run, require_tool("sta"), 60);
  // 0.01 ns for 5 fF more of load, beyond the table by the same line; 50 ohms of 40 fF are 2 ps.
  EXPECT_NEAR(with.ns, without.ns + 0.082, 0.004);
}

}  // namespace
}  // namespace emamba
