// SPDX-License-Identifier: Apache-2.0
// The multiplier made of a DSP48E2 against the generic one, with pauses of its enable.
#include "base/files.h"
#include "base/testing.h"
#include "base/tool.h"
#include "hw/emit.h"

namespace emamba {
namespace {

constexpr char kBench[] = R"(
module pair #(
  parameter int unsigned ABits = 8,
  parameter int unsigned BBits = 8,
  parameter bit Exhaustive = 1'b0
) (
  input logic clk_i
);
  logic                   advance = 1'b0;
  logic [ABits-1:0]       a = '0;
  logic [BBits-1:0]       b = '0;
  logic [ABits+BBits-1:0] expected, got;
  logic [ABits+BBits-1:0] count = '0;
  int unsigned            advances = 0;

  em_mul     #(.ABits(ABits), .BBits(BBits)) u_generic (
    .clk_i, .advance_i(advance), .a_i(a), .b_i(b), .product_o(expected)
  );
  em_mul_dsp #(.ABits(ABits), .BBits(BBits)) u_dsp (
    .clk_i, .advance_i(advance), .a_i(a), .b_i(b), .product_o(got)
  );

  always @(posedge clk_i) begin
    if ((advances >= 2) && (got !== expected)) begin
      $fatal(1, "%0d x %0d bits: %h, not %h", ABits, BBits, got, expected);
    end
    if (advance) begin
      advances <= advances + 1;
      count    <= count + 1'b1;
      if (Exhaustive) {a, b} <= count;
    end
    if (!Exhaustive) begin
      a <= ($urandom_range(15) == 0) ? {1'b1, {(ABits-1){1'b0}}} : ABits'($urandom);
      b <= ($urandom_range(15) == 0) ? {1'b1, {(BBits-1){1'b0}}} : BBits'($urandom);
    end
    advance <= ($urandom_range(3) != 0);
  end
endmodule

module top;
  logic clk = 1'b0;
  always #1 clk = ~clk;
  pair #(.ABits(8), .BBits(8), .Exhaustive(1'b1)) u_all_8_8 (.clk_i(clk));
  pair #(.ABits(4), .BBits(9), .Exhaustive(1'b1)) u_all_4_9 (.clk_i(clk));
  pair #(.ABits(2), .BBits(2)) u_2_2 (.clk_i(clk));
  pair #(.ABits(27), .BBits(18)) u_27_18 (.clk_i(clk));
  pair #(.ABits(18), .BBits(27)) u_18_27 (.clk_i(clk));
  pair #(.ABits(12), .BBits(8)) u_12_8 (.clk_i(clk));
  pair #(.ABits(8), .BBits(17)) u_8_17 (.clk_i(clk));
  pair #(.ABits(14), .BBits(22)) u_14_22 (.clk_i(clk));
  pair #(.ABits(19), .BBits(19)) u_19_19 (.clk_i(clk));
  pair #(.ABits(8), .BBits(32)) u_8_32 (.clk_i(clk));
  initial begin
    #200000;
    if (u_all_8_8.advances < 65540) $fatal(1, "%0d products", u_all_8_8.advances);
    $display("all products are equal");
    $finish;
  end
endmodule
)";

TEST(Multiplier, OfADspBlockIsTheGenericOne) {
  const TestFolder folder;
  const std::string rtl = rtl_folder();
  write_file(folder / "pkg.sv", read_file(rtl + "/lib/em_pkg.sv"));
  write_file(folder / "generic.sv", read_file(rtl + "/tech/generic/em_mul.sv"));
  std::string dsp = read_file(rtl + "/tech/xilinx/em_mul.sv");
  dsp.replace(dsp.find("module em_mul "), 14, "module em_mul_dsp ");
  write_file(folder / "xilinx.sv", dsp);
  write_file(folder / "model.sv", read_file("tests/rtl/dsp48e2_model.sv"));
  write_file(folder / "bench.sv", kBench);
  run_tool({.command = {"verilator", "--binary", "--timing", "-Wno-fatal", "-Wno-lint",
                        "-Wno-style", "--top-module", "top", "-Mdir", "obj", "-o", "bench",
                        "pkg.sv", "generic.sv", "xilinx.sv", "model.sv", "bench.sv"},
            .directory = folder.path(),
            .log = folder / "build.log",
            .writes = {"obj/bench"},
            .timeout_seconds = 300});
  run_tool({.command = {folder / "obj/bench"},
            .directory = folder.path(),
            .log = folder / "run.log",
            .timeout_seconds = 300});
  const std::string output = read_file(folder / "run.log");
  EXPECT_NE(output.find("all products are equal"), std::string::npos) << output;
}

}  // namespace
}  // namespace emamba
