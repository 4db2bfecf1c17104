// SPDX-License-Identifier: Apache-2.0
// Synthesis for real: a mapped operation computes what golden does, bit by bit.
#include "synth/fpga.h"

#include "base/files.h"
#include "base/testing.h"
#include "base/tool.h"
#include "exec/golden.h"
#include "hw/emit.h"
#include "sim/testing.h"
#include "synth/testing.h"
#include "target/device.h"
#include "target/lattice.h"

namespace emamba {
namespace {

// A MULT18X18D without its registers, as the recipe leaves it.
std::string mult18x18d_model() {
  const auto ports = [](const char* direction, const char* name, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += fmt::format("{} logic {}{},", direction, name, i);
    return text;
  };
  const auto word = [](const char* name, int count) {
    std::string text;
    for (int i = count - 1; i >= 0; --i) text += fmt::format("{}{}{}", name, i, i > 0 ? "," : "");
    return text;
  };
  return fmt::format(
      "module MULT18X18D({}{}{}{} input logic SIGNEDA, SIGNEDB, SOURCEA, SOURCEB);\n"
      "  logic signed [18:0] a, b;\n"
      "  assign a = {{SIGNEDA & A17, {}}};\n"
      "  assign b = {{SIGNEDB & B17, {}}};\n"
      "  assign {{{}}} = 36'(a * b);\n"
      "endmodule\n",
      ports("input", "A", 18), ports("input", "B", 18), ports("input", "C", 18),
      ports("output", "P", 36), word("A", 18), word("B", 18), word("P", 36));
}

// Puts the makers' models, as Yosys has them, in the place of a netlist's cells: FOLDER/flat.v. It
// knows multipliers by their ports alone, which FOLDER/multipliers.sv adds.
void write_flat(const Family& family, const std::string& folder) {
  const std::string makers = &family == &ice40() ? "ice40" : &family == &ecp5() ? "ecp5" : "xilinx";
  const std::string commands = fmt::format(
      "read_verilog -nooverwrite -D ICE40_HX +/{}/cells_sim.v; "
      "read_verilog synth/whole/netlist.v; "
      "hierarchy -top top; proc; flatten; memory_collect; opt_clean; write_verilog -noattr flat.v",
      makers);
  run_tool({.command = {require_tool("yosys").path, "-q", "-p", commands},
            .directory = folder,
            .log = folder + "/flat.log",
            .writes = {"flat.v"},
            .timeout_seconds = 600});
  write_file(folder + "/multipliers.sv",
             mult18x18d_model() + read_file("tests/rtl/dsp48e2_model.sv"));
}

template <class T>
void expect_mapped_is_golden(const Family& family) {
  Rng rng{3};
  const Program program = small_program(rng);
  std::size_t op = 0;
  const Plan plan = plan_alone<T>(program, op);
  const TestFolder parent;
  const std::string folder = parent / "a b/it's \"$x\" #1; \u00e9\\";  // any path will do
  emit(plan, program, folder);
  setenv("TMPDIR", (parent / "a b").c_str(), 1);  // nor does the place of temporary files matter
  const FpgaResult first = synthesise_fpga(plan, family, folder, {});
  unsetenv("TMPDIR");
  EXPECT_EQ(first.tools.at("yosys"), require_tool("yosys").text);
  EXPECT_FALSE(first.units.at(0).earlier);
  EXPECT_EQ(first.total().dsp, first.estimate().dsp);
  EXPECT_EQ(first.total().block, first.estimate().block);
  EXPECT_GT(first.total().lut, 0);
  const FpgaResult again = synthesise_fpga(plan, family, folder, {});
  EXPECT_TRUE(again.units.at(0).earlier);
  EXPECT_EQ(again.total(), first.total());

  const EdgeRecord record(program, 3, rng);
  write_flat(family, folder);
  const std::string library = build_simulator(
      plan.design, {.directory = folder, .files = {"flat.v", "multipliers.sv"}, .probes = false},
      1);
  std::vector<Vectors> inputs;
  for (const Port& port : plan.design.inputs) inputs.push_back(record.edges[port.edges[0]]);
  expect_streams(library, folder, plan.design, nullptr, inputs, record.edges[op + 1]);
}

// Debian's Yosys, and the newest tried, which tools/setup-pyosys installs.
constexpr char kDebian[] = "yosys", kNewest[] = "build/pyosys/bin/yosys";

class Fpga : public testing::TestWithParam<std::tuple<const char*, const char*>> {
 protected:
  void SetUp() override {
    const char* yosys = std::get<1>(GetParam());
    if (yosys == kNewest && !file_exists(yosys)) {
      GTEST_SKIP() << "pyosys is not there: tools/setup-pyosys";
    }
    setenv("EMAMBA_YOSYS", yosys, 1);
  }
  void TearDown() override { unsetenv("EMAMBA_YOSYS"); }
  const Family& family() { return *find_device(std::get<0>(GetParam())).family; }
};

TEST_P(Fpga, AMappedLinearIsGolden) {
  expect_mapped_is_golden<Linear>(family());
}
TEST_P(Fpga, AMappedScanIsGolden) {
  expect_mapped_is_golden<Scan>(family());
}

// On iCE40, whose multipliers are look-up tables, it takes minutes.
INSTANTIATE_TEST_SUITE_P(Devices, Fpga,
                         testing::Values(std::tuple{"zcu102", kDebian},
                                         std::tuple{"zcu102", kNewest},
                                         std::tuple{"lfe5u-25f", kDebian},
                                         std::tuple{"lfe5u-25f", kNewest},
                                         std::tuple{"hx8k", kDebian}));

}  // namespace
}  // namespace emamba
