// SPDX-License-Identifier: Apache-2.0
#include "synth/cells.h"

#include "base/testing.h"

namespace emamba {
namespace {

// As Yosys 0.23 prints it; newer versions say a few numbers more.
constexpr char kStat[] = R"stat({
   "creator": "Yosys 0.23 (git sha1 7ce5011c24b)",
   "invocation": "stat -json ",
   "modules": {
      "\\top": {
         "num_wires":         24,
         "num_cells":         30,
         "num_cells_by_type": {
            "BUFG": 1,
            "CARRY4": 4,
            "DSP48E2": 5,
            "LUT6": 20
         }
      }
   },
      "design": {
         "num_wires":         24,
         "num_cells":         30,
         "num_cells_by_type": {
            "BUFG": 1,
            "CARRY4": 4,
            "DSP48E2": 5,
            "LUT6": 20
         }
      }
}
)stat";

TEST(Cells, StatisticsAreRead) {
  const CellCounts cells = parse_stat(kStat, "stat");
  EXPECT_EQ(count_of(cells), 30);
  EXPECT_EQ(cells.at("DSP48E2"), 5);
}

TEST(Cells, WhatDoesNotAddUpIsAnError) {
  const auto changed = [](const std::string& from, const std::string& to) {
    std::string text = kStat;
    text.replace(text.rfind(from), from.size(), to);
    return text;
  };
  expect_error([&] { parse_stat(changed("30", "31"), "stat"); },
               "stat: says 31 cells and lists 30");
  expect_error([&] { parse_stat(changed("\"design\"", "\"else\""), "stat"); },
               "stat: not Yosys' statistics");
  std::string two = kStat;
  two.replace(two.find("\"modules\": {"), 12, "\"modules\": {\"a\": {},");
  expect_error([&] { parse_stat(two, "stat"); }, "stat: statistics of 2 modules");
  expect_error([&] { parse_stat("", "stat"); }, "stat");
}

}  // namespace
}  // namespace emamba
