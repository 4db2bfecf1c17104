// SPDX-License-Identifier: Apache-2.0
// A value, Depth registers later. No reset: what comes out of reset is never marked valid.
module em_delay #(
  parameter int Width = 1,
  parameter int Depth = 1
) (
  input  logic             clk_i,
  input  logic             advance_i,
  input  logic [Width-1:0] data_i,
  output logic [Width-1:0] data_o
);

`ifndef __ICARUS__
  if (Width < 1) $error("em_delay: Width = %0d: must be 1 or more", Width);
`endif

  if (Depth == 0) begin : gen_wire
    logic unused_clock;
    assign unused_clock = clk_i ^ advance_i;
    assign data_o = data_i;
  end else begin : gen_registers
    logic [Depth*Width-1:0] data_q;
    always_ff @(posedge clk_i) begin
      if (advance_i) data_q <= (Depth*Width)'({data_q, data_i});
    end
    assign data_o = data_q[(Depth-1)*Width +: Width];
  end

endmodule
