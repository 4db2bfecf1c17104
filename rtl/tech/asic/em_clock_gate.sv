// SPDX-License-Identifier: Apache-2.0
// A clock gate: behind a rising edge with `enable_i` the clock passes, else it stays low. In its
// place belongs the library's own, one cell that keeps the latch and the gate together.
module em_clock_gate (
  input  logic clk_i,
  input  logic enable_i,
  output logic clk_o
);

  logic enable_q;

  always_latch begin
    if (!clk_i) enable_q = enable_i;
  end

  assign clk_o = clk_i & enable_q;

endmodule
