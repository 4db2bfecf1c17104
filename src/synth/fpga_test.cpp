// SPDX-License-Identifier: Apache-2.0
// Synthesis for real: a mapped operation computes what golden does, bit by bit.
#include "synth/fpga.h"

#include <filesystem>

#include "base/files.h"
#include "base/process.h"
#include "base/testing.h"
#include "exec/golden.h"
#include "hw/emit.h"
#include "sim/testing.h"

namespace emamba {
namespace {

Program small_program(Rng& rng) {
  NetSpec spec;
  spec.model.D = 6;
  spec.model.E = 1;
  spec.model.N = 2;
  spec.model.M = 1;
  spec.model.P = {4, 4};
  return random_program(spec, rng);
}

// The operation of a kind alone, as one unit, with the ports that the unit's top has.
template <class T>
Plan plan_alone(const Program& program, std::size_t& op) {
  for (op = 0; !std::holds_alternative<T>(program.ops[op]);) ++op;
  const HardwareSpec hardware{.lanes = 2};
  Plan plan =
      plan_operation(program, op, hardware, folds_of(program, program.ops[op], hardware).front());
  plan.design.units = {{"whole", "Whole"}};
  for (Instance& instance : plan.design.instances) instance.unit = 0;
  for (auto* ports : {&plan.design.inputs, &plan.design.outputs}) {
    for (Port& port : *ports) port.name = fmt::format("s{}", port.stream);
  }
  return plan;
}

// Vendor's models as Yosys has them; it knows DSP48E2 by its ports alone.
std::string cell_models() {
  const std::filesystem::path program = find_program("yosys");
  return read_file(program.parent_path() / "../share/yosys/xilinx/cells_sim.v") +
         read_file("tests/rtl/dsp48e2_model.sv");
}

template <class T>
void expect_mapped_is_golden() {
  Rng rng{3};
  const Program program = small_program(rng);
  std::size_t op = 0;
  const Plan plan = plan_alone<T>(program, op);
  const TestFolder folder;
  emit(plan, program, folder.path());
  const FpgaResult first = synthesise_fpga(plan, folder.path(), {});
  EXPECT_FALSE(first.units.at(0).earlier);
  EXPECT_EQ(first.total().dsp, first.estimate().dsp);
  EXPECT_GT(first.total().lut, 0);
  const FpgaResult again = synthesise_fpga(plan, folder.path(), {});
  EXPECT_TRUE(again.units.at(0).earlier);
  EXPECT_EQ(again.total(), first.total());

  const EdgeRecord record(program, 3, rng);
  write_file(folder / "cells.sv", cell_models());
  const std::string library = build_simulator(
      plan.design,
      {.directory = folder.path(), .files = {"synth/whole/netlist.v", "cells.sv"}, .probes = false},
      1);
  std::vector<Vectors> inputs;
  for (const Port& port : plan.design.inputs) inputs.push_back(record.edges[port.edges[0]]);
  expect_streams(library, folder.path(), plan.design, nullptr, inputs, record.edges[op + 1]);
}

TEST(Fpga, AMappedLinearIsGolden) {
  expect_mapped_is_golden<Linear>();
}
TEST(Fpga, AMappedScanIsGolden) {
  expect_mapped_is_golden<Scan>();
}

}  // namespace
}  // namespace emamba
