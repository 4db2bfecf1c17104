// SPDX-License-Identifier: Apache-2.0
// A unit placed, routed and read back, where the tools and the library for it are there; and what
// is said where they are not.
#include "synth/layout.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/testing.h"
#include "hw/emit.h"
#include "synth/cell_model.h"
#include "synth/energy.h"
#include "synth/few_cells.h"
#include "synth/testing.h"

namespace emamba {
namespace {

AsicTarget few_target(const TestFolder& folder) {
  write_file(folder / "few.lib", library(kFlipFlop + kReset + kLatch));
  AsicTarget target;
  target.key = "few.toml";
  target.clock_mhz = 1;
  target.supply_v = 1;
  target.corners = {{"typical", {folder / "few.lib"}}};
  return target;
}

TEST(Layout, WhatItNeedsIsNamed) {
  const TestFolder folder;
  AsicTarget target = few_target(folder);
  expect_error([&] { prepare_layout(target, folder.path()); }, "target few.toml: has no [layout]");
  write_file(folder / "few.lef", "");
  target.layout = AsicTarget::Layout{folder / "few.lef", folder / "few.lef", folder / "few.lef"};
  setenv("EMAMBA_LAYOUT_PYTHON", "/nowhere/python3", 1);
  expect_error([&] { prepare_layout(target, folder.path()); }, "/nowhere/python3: no Python");
  // One that does nothing, and one that fails.
  setenv("EMAMBA_LAYOUT_PYTHON", "/bin/true", 1);
  expect_error([&] { prepare_layout(target, folder.path()); }, "has not written");
  setenv("EMAMBA_LAYOUT_PYTHON", "/bin/false", 1);
  expect_error([&] { prepare_layout(target, folder.path()); }, "failed with exit code 1");
  unsetenv("EMAMBA_LAYOUT_PYTHON");
}

// A small model of which every unit is laid out: clean, and still golden.
TEST(Layout, EveryUnitOfASmallModelIsCleanAndGolden) {
  AsicTarget target;
  try {
    target = read_asic_target("ihp-sg13g2", "");
  } catch (const Error& e) {
    GTEST_SKIP() << "no library: " << e.what();
  }
  const TestFolder folder;
  try {
    prepare_layout(target, folder.path());
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::kMissing) throw;
    GTEST_SKIP() << e.what() << ": " << e.hint();
  }
  Rng rng{5};
  const Program program = small_program(rng);
  const Plan plan = plan_program(program, {.lanes = 1, .cycles_per_token = 0});
  emit(plan, program, folder.path());
  AsicResult asic = synthesise_asic(plan, target, folder.path(), {.jobs = 2});
  const CellModels models = read_cell_models(read_liberty_files(target.corners[0].files));
  std::vector<Mapped> laid_out = asic.netlists;
  int units = 0;
  for (std::size_t u = 0; u < asic.units.size(); ++u) {
    const std::int64_t cells = asic.units[u].area.cells;
    if (cells == 0 || cells > 700) continue;
    SCOPED_TRACE(asic.units[u].name);
    const UnitLayout layout = lay_out(asic, u, models.farad, folder.path(), {});
    ++units;
    EXPECT_TRUE(layout.clean());
    EXPECT_GT(layout.nets, cells / 2);
    EXPECT_GE(static_cast<std::int64_t>(layout.netlist.cells.size()),
              cells - asic.units[u].buffers);
    EXPECT_GT(layout.wire_mm, 0);
    EXPECT_GT(layout.utilisation, 0.4);
    EXPECT_GT(layout.routed.ns, layout.without_wires.ns);
    EXPECT_GT(layout.twice_the_wires.ns, layout.routed.ns);
    EXPECT_TRUE(file_exists(layout.gds) && file_exists(layout.picture));
    EXPECT_EQ(to_json(layout, asic).at("open_nets"), 0);
    laid_out[u] = layout.netlist;
  }
  EXPECT_GT(units, 2);
  asic.netlists = laid_out;
  std::vector<Tensor<std::int32_t>> frames;
  for (int i = 0; i < 3; ++i) frames.push_back(random_tokens(program, rng));
  const EnergyResult run = measure_energy(plan, Golden(program), asic, models, frames, 0);
  EXPECT_EQ(run.mismatches, 0);
  EXPECT_GT(run.total().wires, 0);
}

}  // namespace
}  // namespace emamba
