// SPDX-License-Identifier: Apache-2.0
#include "synth/cells.h"

#include "base/testing.h"

namespace emamba {
namespace {

constexpr char kStat[] =
    "\n34. Printing statistics.\n\n=== top ===\n\n"
    "   Number of wires:                338\n"
    "   Number of processes:              0\n"
    "   Number of cells:                 30\n"
    "     BUFG                            1\n"
    "     CARRY4                          3\n"
    "     DSP48E2                         5\n"
    "     FDCE                            2\n"
    "     FDRE                            4\n"
    "     LUT2                            3\n"
    "     LUT6                            6\n"
    "     RAM32M16                        2\n"
    "     RAMB36E2                        1\n"
    "     RAMB18E2                        1\n"
    "     SRL16E                          2\n\n";

TEST(Cells, StatisticsAreRead) {
  const CellCounts cells = parse_stat(kStat, "stat");
  EXPECT_EQ(count_of(cells), 30);
  EXPECT_EQ(cells.at("DSP48E2"), 5);
}

TEST(Cells, WhatDoesNotAddUpIsAnError) {
  std::string text = kStat;
  text.replace(text.find("cells:                 30"), 25, "cells:                 31");
  expect_error([&] { parse_stat(text, "stat"); }, "stat: says 31 cells and lists 30");
  expect_error([&] { parse_stat(std::string(kStat) + kStat, "stat"); }, "one flat module");
  expect_error([&] { parse_stat("", "stat"); }, "one flat module");
}

}  // namespace
}  // namespace emamba
