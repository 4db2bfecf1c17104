// SPDX-License-Identifier: Apache-2.0
// The modules for standard cells against the generic ones, cycle by cycle.
#include "base/files.h"
#include "base/testing.h"
#include "base/tool.h"
#include "hw/emit.h"

namespace emamba {
namespace {

constexpr char kBench[] = R"(
// Random traffic, which comes behind the rising edge and settles late, and of which words are held
// that were written before.
module memories #(
  parameter int unsigned Width = 8,
  parameter int unsigned Depth = 16
) (
  input logic clk_i
);
  localparam int AddressBits = em_pkg::index_bits(Depth);
  logic                   write = 1'b0;
  logic [AddressBits-1:0] write_address = '0, read_address = '0;
  logic [Width-1:0]       data = '0, expected, got;
  logic [Depth-1:0]       known = '0;
  int unsigned            checked = 0;

  em_ram      #(.Width(Width), .Depth(Depth)) u_generic (
    .clk_i, .write_i(write), .write_address_i(write_address), .data_i(data),
    .read_address_i(read_address), .data_o(expected)
  );
  em_ram_asic #(.Width(Width), .Depth(Depth)) u_asic (
    .clk_i, .write_i(write), .write_address_i(write_address), .data_i(data),
    .read_address_i(read_address), .data_o(got)
  );

  task automatic drive();
    write         <= ($urandom_range(2) != 0);
    write_address <= AddressBits'($urandom_range(Depth - 1));
    read_address  <= AddressBits'($urandom_range(Depth - 1));
    data          <= Width'({$urandom, $urandom});
  endtask

  always @(posedge clk_i) begin
    if (write) known[write_address] <= 1'b1;
    #1 drive();
    #2 drive();
    #1;
    if (known[read_address]) begin
      checked <= checked + 1;
      if (got !== expected) begin
        $fatal(1, "%0d x %0d bits, word %0d: %h, not %h", Depth, Width, read_address, got, expected);
      end
    end
  end

  // Between the edges nothing but a new address changes what is read.
  always @(negedge clk_i) begin
    #4;
    if (known[read_address] && (got !== expected)) begin
      $fatal(1, "%0d x %0d bits, word %0d at the end of a cycle", Depth, Width, read_address);
    end
  end
endmodule

module products #(
  parameter int unsigned ABits = 8,
  parameter int unsigned BBits = 8,
  parameter bit Exhaustive = 1'b0
) (
  input logic clk_i
);
  logic                   advance = 1'b0;
  logic [ABits-1:0]       a = '0;
  logic [BBits-1:0]       b = '0;
  logic [ABits+BBits-1:0] expected, got, count = '0;
  int unsigned            advances = 0;

  em_mul      #(.ABits(ABits), .BBits(BBits)) u_generic (
    .clk_i, .advance_i(advance), .a_i(a), .b_i(b), .product_o(expected)
  );
  em_mul_asic #(.ABits(ABits), .BBits(BBits)) u_asic (
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
  always #5 clk = ~clk;
  memories #(.Width(9), .Depth(1)) u_9_1 (.clk_i(clk));
  memories #(.Width(1), .Depth(5)) u_1_5 (.clk_i(clk));
  memories #(.Width(2), .Depth(2)) u_2_2 (.clk_i(clk));
  memories #(.Width(3), .Depth(2)) u_3_2 (.clk_i(clk));
  memories #(.Width(9), .Depth(3)) u_9_3 (.clk_i(clk));
  memories #(.Width(17), .Depth(8)) u_17_8 (.clk_i(clk));
  memories #(.Width(33), .Depth(20)) u_33_20 (.clk_i(clk));
  memories #(.Width(8), .Depth(100)) u_8_100 (.clk_i(clk));
  products #(.ABits(8), .BBits(8), .Exhaustive(1'b1)) u_all_8_8 (.clk_i(clk));
  products #(.ABits(4), .BBits(9), .Exhaustive(1'b1)) u_all_4_9 (.clk_i(clk));
  products #(.ABits(9), .BBits(4), .Exhaustive(1'b1)) u_all_9_4 (.clk_i(clk));
  products #(.ABits(2), .BBits(2)) u_2_2_bits (.clk_i(clk));
  products #(.ABits(17), .BBits(19)) u_17_19 (.clk_i(clk));
  products #(.ABits(8), .BBits(32)) u_8_32 (.clk_i(clk));
  initial begin
    #1000000;
    if (u_8_100.checked < 50000) $fatal(1, "%0d words", u_8_100.checked);
    if (u_all_8_8.advances < 65540) $fatal(1, "%0d products", u_all_8_8.advances);
    $display("all are equal");
    $finish;
  end
endmodule
)";

// With the memories of latches, which Verilator does not see otherwise.
TEST(StandardCells, MemoriesAndMultipliersAreTheGenericOnes) {
  const TestFolder folder;
  const std::string tech = rtl_folder() + "/tech/";
  write_file(folder / "pkg.sv", read_file(rtl_folder() + "/lib/em_pkg.sv"));
  write_file(folder / "gate.sv", read_file(tech + "asic/em_clock_gate.sv"));
  std::vector<std::string> command = {
      "verilator",  "--binary",    "--timing", "-UVERILATOR",  "-Wno-fatal", "-Wno-lint",
      "-Wno-style", "--x-initial", "unique",   "--top-module", "top",        "-Mdir",
      "obj",        "-o",          "bench",    "pkg.sv",       "gate.sv"};
  for (const std::string module : {"em_ram", "em_mul"}) {
    write_file(folder / (module + ".sv"), read_file(tech + "generic/" + module + ".sv"));
    std::string special = read_file(tech + "asic/" + module + ".sv");
    special.replace(special.find("module " + module), 13, "module " + module + "_asic");
    write_file(folder / (module + "_asic.sv"), special);
    command.insert(command.end(), {module + ".sv", module + "_asic.sv"});
  }
  write_file(folder / "bench.sv", kBench);
  command.emplace_back("bench.sv");
  run_tool({.command = command,
            .directory = folder.path(),
            .log = folder / "build.log",
            .writes = {"obj/bench"},
            .timeout_seconds = 600});
  run_tool({.command = {folder / "obj/bench", "+verilator+rand+reset+2", "+verilator+seed+7"},
            .directory = folder.path(),
            .log = folder / "run.log",
            .timeout_seconds = 600});
  const std::string output = read_file(folder / "run.log");
  EXPECT_NE(output.find("all are equal"), std::string::npos) << output;
}

}  // namespace
}  // namespace emamba
