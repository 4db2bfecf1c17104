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
  initial begin
    #1000000;
    if (u_8_100.checked < 50000) $fatal(1, "%0d words", u_8_100.checked);
    $display("all are equal");
    $finish;
  end
endmodule
)";

// With the memories of latches, which Verilator does not see otherwise.
TEST(StandardCells, MemoriesAreTheGenericOnes) {
  const TestFolder folder;
  const std::string tech = rtl_folder() + "/tech/";
  write_file(folder / "pkg.sv", read_file(rtl_folder() + "/lib/em_pkg.sv"));
  write_file(folder / "gate.sv", read_file(tech + "asic/em_clock_gate.sv"));
  write_file(folder / "em_ram.sv", read_file(tech + "generic/em_ram.sv"));
  std::string special = read_file(tech + "asic/em_ram.sv");
  special.replace(special.find("module em_ram"), 13, "module em_ram_asic");
  write_file(folder / "em_ram_asic.sv", special);
  write_file(folder / "bench.sv", kBench);
  run_tool({.command = {"verilator",
                        "--binary",
                        "--timing",
                        "-UVERILATOR",
                        "-Wno-fatal",
                        "-Wno-lint",
                        "-Wno-style",
                        "--x-initial",
                        "unique",
                        "--top-module",
                        "top",
                        "-Mdir",
                        "obj",
                        "-o",
                        "bench",
                        "pkg.sv",
                        "gate.sv",
                        "em_ram.sv",
                        "em_ram_asic.sv",
                        "bench.sv"},
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
