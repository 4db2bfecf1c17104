// SPDX-License-Identifier: Apache-2.0
// The multipliers of the technologies against the generic ones, with pauses of their enable.
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
  parameter bit RegisterB = 1'b0,
  parameter bit Exhaustive = 1'b0
) (
  input logic clk_i
);
  logic                   advance = 1'b0;
  logic [ABits-1:0]       a = '0;
  logic [BBits-1:0]       b = '0, b_before = '0;
  logic [ABits+BBits-1:0] expected, of_generic, of_dsp, of_rows, of_gates;
  logic [ABits+BBits-1:0] count = '0;
  int unsigned            advances = 0;

  em_mul #(.ABits(ABits), .BBits(BBits)) u_plain (
    .clk_i, .advance_i(advance), .a_i(a), .b_i(RegisterB ? b_before : b), .product_o(expected)
  );
  em_mul #(.ABits(ABits), .BBits(BBits), .RegisterB(RegisterB)) u_generic (
    .clk_i, .advance_i(advance), .a_i(a), .b_i(b), .product_o(of_generic)
  );
  em_mul_dsp #(.ABits(ABits), .BBits(BBits), .RegisterB(RegisterB)) u_dsp (
    .clk_i, .advance_i(advance), .a_i(a), .b_i(b), .product_o(of_dsp)
  );
  em_mul_rows #(.ABits(ABits), .BBits(BBits), .RegisterB(RegisterB)) u_rows (
    .clk_i, .advance_i(advance), .a_i(a), .b_i(b), .product_o(of_rows)
  );
  em_mul_gates #(.ABits(ABits), .BBits(BBits), .RegisterB(RegisterB)) u_gates (
    .clk_i, .advance_i(advance), .a_i(a), .b_i(b), .product_o(of_gates)
  );

  always @(posedge clk_i) begin
    if ((advances >= 3) && ((of_generic !== expected) || (of_dsp !== expected) ||
                            (of_rows !== expected) || (of_gates !== expected))) begin
      $fatal(1, "%0d x %0d bits: %h %h %h %h, not %h", ABits, BBits, of_generic, of_dsp, of_rows,
             of_gates, expected);
    end
    if (advance) begin
      b_before <= b;
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

// A pair with its operands like `pair`; of the first operand's numbers, and two of the second's.
module pair_of_products #(
  parameter int unsigned ABits = 8,
  parameter int unsigned BBits = 8
) (
  input logic clk_i
);
  logic                       advance = 1'b0;
  logic [ABits-1:0]           a = '0;
  logic [2*BBits-1:0]         b = '0;
  logic [2*(ABits+BBits)-1:0] expected, got;
  int unsigned                advances = 0;

  em_mul_pair     #(.ABits(ABits), .BBits(BBits)) u_generic (
    .clk_i, .advance_i(advance), .a_i(a), .b_i(b), .products_o(expected)
  );
  em_mul_pair_dsp #(.ABits(ABits), .BBits(BBits)) u_dsp (
    .clk_i, .advance_i(advance), .a_i(a), .b_i(b), .products_o(got)
  );

  function automatic logic [BBits-1:0] draw_b();
    draw_b = ($urandom_range(7) == 0) ? {1'b1, {(BBits-1){1'b0}}} :
             ($urandom_range(7) == 0) ? '0 : BBits'($urandom);
  endfunction

  always @(posedge clk_i) begin
    if ((advances >= 2) && (got !== expected)) begin
      $fatal(1, "a pair of %0d x %0d bits: %h, not %h", ABits, BBits, got, expected);
    end
    if (advance) advances <= advances + 1;
    a <= ($urandom_range(7) == 0) ? {1'b1, {(ABits-1){1'b0}}} : ABits'($urandom);
    b <= {draw_b(), draw_b()};
    advance <= ($urandom_range(3) != 0);
  end
endmodule

// Every pair of a lower and an upper operand of 5 bits, with every other of 5 bits.
module all_pairs (
  input logic clk_i
);
  logic [14:0] count = '0;
  logic [19:0] expected, got;
  int unsigned checked = 0;

  em_mul_pair     #(.ABits(5), .BBits(5)) u_generic (
    .clk_i, .advance_i(1'b1), .a_i(count[4:0]), .b_i(count[14:5]), .products_o(expected)
  );
  em_mul_pair_dsp #(.ABits(5), .BBits(5)) u_dsp (
    .clk_i, .advance_i(1'b1), .a_i(count[4:0]), .b_i(count[14:5]), .products_o(got)
  );

  always @(posedge clk_i) begin
    count   <= count + 1'b1;
    checked <= checked + 1;
    if ((checked >= 2) && (got !== expected)) $fatal(1, "pairs of 5 bits: %h, not %h", got, expected);
  end
endmodule

module top;
  logic clk = 1'b0;
  always #1 clk = ~clk;
  pair #(.ABits(8), .BBits(8), .Exhaustive(1'b1)) u_all_8_8 (.clk_i(clk));
  pair #(.ABits(4), .BBits(9), .Exhaustive(1'b1)) u_all_4_9 (.clk_i(clk));
  pair #(.ABits(2), .BBits(2), .Exhaustive(1'b1)) u_2_2 (.clk_i(clk));
  pair #(.ABits(3), .BBits(2), .Exhaustive(1'b1)) u_3_2 (.clk_i(clk));
  pair #(.ABits(27), .BBits(18)) u_27_18 (.clk_i(clk));
  pair #(.ABits(18), .BBits(27)) u_18_27 (.clk_i(clk));
  pair #(.ABits(12), .BBits(8)) u_12_8 (.clk_i(clk));
  pair #(.ABits(8), .BBits(17), .RegisterB(1'b1)) u_8_17_registered (.clk_i(clk));
  pair #(.ABits(9), .BBits(6), .RegisterB(1'b1)) u_9_6_registered (.clk_i(clk));
  pair #(.ABits(8), .BBits(32), .RegisterB(1'b1)) u_8_32_registered (.clk_i(clk));
  pair #(.ABits(8), .BBits(17)) u_8_17 (.clk_i(clk));
  pair #(.ABits(14), .BBits(22)) u_14_22 (.clk_i(clk));
  pair #(.ABits(19), .BBits(19)) u_19_19 (.clk_i(clk));
  pair #(.ABits(8), .BBits(32)) u_8_32 (.clk_i(clk));
  pair_of_products #(.ABits(8), .BBits(8)) u_pair_8_8 (.clk_i(clk));
  pair_of_products #(.ABits(9), .BBits(7)) u_pair_9_7 (.clk_i(clk));
  pair_of_products #(.ABits(10), .BBits(8)) u_pair_10_8 (.clk_i(clk));
  pair_of_products #(.ABits(2), .BBits(2)) u_pair_2_2 (.clk_i(clk));
  pair_of_products #(.ABits(16), .BBits(2)) u_pair_16_2 (.clk_i(clk));
  pair_of_products #(.ABits(16), .BBits(8)) u_pair_16_8 (.clk_i(clk));  // two multipliers
  pair_of_products #(.ABits(9), .BBits(9)) u_pair_9_9 (.clk_i(clk));    // the same
  all_pairs u_all_pairs (.clk_i(clk));
  initial begin
    #200000;
    if (u_all_pairs.checked < 32770) $fatal(1, "%0d pairs", u_all_pairs.checked);
    if (u_all_8_8.advances < 65540) $fatal(1, "%0d products", u_all_8_8.advances);
    $display("all products are equal");
    $finish;
  end
endmodule
)";

TEST(Multiplier, OfEveryTechnologyIsTheGenericOneAloneAndInPairs) {
  const TestFolder folder;
  const std::string rtl = rtl_folder();
  for (const char* module : {"em_pkg", "em_delay"}) {
    write_file(folder / (std::string(module) + ".sv"),
               read_file(fmt::format("{}/lib/{}.sv", rtl, module)));
  }
  write_file(folder / "gate.sv", read_file(rtl + "/tech/asic/em_clock_gate.sv"));
  write_file(folder / "generic.sv", read_file(rtl + "/tech/generic/em_mul.sv"));
  for (const auto& [tech, name] :
       {std::pair{"xilinx", "em_mul_dsp"}, {"ice40", "em_mul_rows"}, {"asic", "em_mul_gates"}}) {
    std::string text = read_file(fmt::format("{}/tech/{}/em_mul.sv", rtl, tech));
    text.replace(text.find("module em_mul "), 14, fmt::format("module {} ", name));
    write_file(folder / fmt::format("{}.sv", tech), text);
  }
  write_file(folder / "generic_pair.sv", read_file(rtl + "/tech/generic/em_mul_pair.sv"));
  std::string pair = read_file(rtl + "/tech/xilinx/em_mul_pair.sv");
  pair.replace(pair.find("module em_mul_pair "), 19, "module em_mul_pair_dsp ");
  write_file(folder / "xilinx_pair.sv", pair);
  write_file(folder / "model.sv", read_file("tests/rtl/dsp48e2_model.sv"));
  write_file(folder / "bench.sv", kBench);
  run_tool({.command = {"verilator",       "--binary",    "--timing",     "-Wno-fatal",
                        "-Wno-lint",       "-Wno-style",  "--top-module", "top",
                        "-Mdir",           "obj",         "-o",           "bench",
                        "em_pkg.sv",       "em_delay.sv", "gate.sv",      "generic.sv",
                        "generic_pair.sv", "ice40.sv",    "asic.sv",      "xilinx.sv",
                        "xilinx_pair.sv",  "model.sv",    "bench.sv"},
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
