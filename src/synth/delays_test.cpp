// SPDX-License-Identifier: Apache-2.0
// Paths of netlists by hand.
#include "synth/delays.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/testing.h"

namespace emamba {
namespace {

using nlohmann::json;

// A module of cells; nets are numbers, and an input `in` is net 2.
class Netlist {
 public:
  void add(const std::string& type, const json& inputs, const json& outputs,
           const json& parameters = json::object()) {
    json cell = {{"type", type}, {"parameters", parameters}};
    for (const auto& [port, bits] : inputs.items()) {
      cell["connections"][port] = bits;
      cell["port_directions"][port] = "input";
    }
    for (const auto& [port, bits] : outputs.items()) {
      cell["connections"][port] = bits;
      cell["port_directions"][port] = "output";
    }
    cells_["c" + std::to_string(cells_.size())] = cell;
  }
  void flip_flop(int d, int q) {
    add("FDRE", {{"C", {1}}, {"D", {d}}, {"CE", {"1"}}, {"R", {"0"}}}, {{"Q", {q}}});
  }
  void name(const std::string& name, const json& bits) { names_[name] = {{"bits", bits}}; }
  SlowPath slowest(const json& outputs = json::array()) const {
    json ports = {{"in", {{"direction", "input"}, {"bits", {2}}}}};
    ports["out"] = {{"direction", "output"}, {"bits", outputs}};
    return slowest_path(
        {{"modules", {{"top", {{"ports", ports}, {"netnames", names_}, {"cells", cells_}}}}}}, "n");
  }

 private:
  json cells_ = json::object(), names_ = json::object();
};

constexpr double kNet = 0.18, kLut = 0.10, kOut = 0.08, kSetup = 0.03;

TEST(Delays, LookUpTablesBetweenFlipFlops) {
  Netlist netlist;
  netlist.flip_flop(2, 3);
  netlist.add("LUT2", {{"I0", {3}}, {"I1", {2}}}, {{"O", {4}}});
  netlist.add("LUT1", {{"I0", {4}}}, {{"O", {5}}});
  netlist.flip_flop(5, 6);
  netlist.name("a_q", {3});
  netlist.name("b_q", {6});
  const SlowPath path = netlist.slowest();
  EXPECT_NEAR(path.ns, kOut + 3 * kNet + 2 * kLut + kSetup, 1e-9);
  EXPECT_EQ(path.luts, 2);
  EXPECT_EQ(path.carry_chains, 0);
  EXPECT_EQ(path.from, "a_q");
  EXPECT_EQ(path.to, "FDRE.D b_q");
}

TEST(Delays, MoreLoadsTakeLonger) {
  const auto path_with = [](int loads) {
    Netlist netlist;
    netlist.flip_flop(2, 3);
    netlist.name("enable", {3});
    for (int i = 0; i < loads; ++i) netlist.flip_flop(3, 10 + i);
    return netlist.slowest();
  };
  EXPECT_NEAR(path_with(1).ns, kOut + kNet + kSetup, 1e-9);
  EXPECT_NEAR(path_with(8).ns, kOut + kNet + 3 * 0.05 + kSetup, 1e-9);
  EXPECT_NEAR(path_with(256).ns, kOut + kNet + 6 * 0.05 + 2 * 0.10 + kSetup, 1e-9);
  EXPECT_EQ(path_with(256).most_loads, 256);
  EXPECT_EQ(path_with(256).most_loaded, "enable");
}

TEST(Delays, ACarryChainIsEnteredOnceAndLeftOnce) {
  Netlist netlist;
  netlist.flip_flop(2, 3);
  netlist.add("LUT1", {{"I0", {3}}}, {{"O", {4}}});
  const json zeros = {"0", "0", "0", "0", "0", "0", "0"};
  const auto eight = [&](const json& first) {
    json bits = {first};
    for (const json& zero : zeros) bits.push_back(zero);
    return bits;
  };
  netlist.add("CARRY8", {{"S", eight(4)}, {"DI", eight("0")}, {"CI", {"0"}}, {"CI_TOP", {"0"}}},
              {{"O", {20, 21, 22, 23, 24, 25, 26, 27}}, {"CO", {30, 31, 32, 33, 34, 35, 36, 37}}});
  netlist.add("CARRY8", {{"S", eight("0")}, {"DI", eight("0")}, {"CI", {37}}},
              {{"O", {40, 41, 42, 43, 44, 45, 46, 47}}, {"CO", {50, 51, 52, 53, 54, 55, 56, 57}}});
  netlist.flip_flop(47, 60);
  const SlowPath path = netlist.slowest();
  EXPECT_EQ(path.carry_chains, 1);
  EXPECT_NEAR(path.ns, kOut + kNet + kLut + 0.08 + 7 * 0.006 + 8 * 0.006 + 0.06 + kNet + kSetup,
              1e-9);
}

TEST(Delays, MultipliersWithAndWithoutRegisters) {
  const auto path_with = [](const json& parameters) {
    Netlist netlist;
    netlist.flip_flop(2, 3);
    netlist.add("DSP48E2", {{"A", {3}}, {"B", {"0"}}, {"CLK", {1}}}, {{"P", {4}}}, parameters);
    netlist.flip_flop(4, 5);
    return netlist.slowest().ns;
  };
  EXPECT_NEAR(path_with({{"MREG", "1"}, {"PREG", "1"}}), kOut + kNet + 1.30, 1e-9);
  EXPECT_NEAR(path_with({{"MREG", "1"}, {"AMULTSEL", "AD"}}), kOut + kNet + 2.10, 1e-9);
  EXPECT_NEAR(path_with({{"MREG", "0"}, {"PREG", "0"}}), kOut + kNet + 1.30 + 0.25 + kNet + kSetup,
              1e-9);
  EXPECT_NEAR(path_with({{"BREG", "1"}, {"MREG", "1"}}), kOut + kNet + 1.30, 1e-9);
  EXPECT_NEAR(path_with({{"AREG", "1"}, {"MREG", "1"}}),
              std::max(kOut + kNet + kSetup, 0.25 + kNet + kSetup), 1e-9);
}

TEST(Delays, MemoriesAndOutputs) {
  Netlist netlist;
  netlist.flip_flop(2, 3);
  netlist.add("RAM32X1D", {{"A0", {3}}, {"DPRA0", {3}}, {"D", {2}}, {"WE", {2}}, {"WCLK", {1}}},
              {{"DPO", {4}}});
  // What was written is there as late as what is asked for, or later.
  EXPECT_NEAR(netlist.slowest({4}).ns, std::max(0.45, kOut + kNet + 0.05 + 0.12) + kNet, 1e-9);
}

TEST(Delays, WhatTheModelDoesNotKnowIsRefused) {
  Netlist netlist;
  netlist.add("XORCY", {{"I0", {2}}}, {{"O", {3}}});
  expect_error([&] { netlist.slowest({3}); }, "the cell XORCY is not known");
  Netlist circle;
  circle.add("LUT1", {{"I0", {4}}}, {{"O", {3}}});
  circle.add("LUT1", {{"I0", {3}}}, {{"O", {4}}});
  expect_error([&] { circle.slowest({3}); }, "a path returns to");
  expect_error([] { slowest_path(json::object(), "n"); }, "n: is no netlist of Yosys");
}

}  // namespace
}  // namespace emamba
