// SPDX-License-Identifier: Apache-2.0
// A signed multiplier with em_pkg::MulLatency registers: behavioural, for simulation and for
// synthesis to gates. With RegisterB, b comes a cycle before a, and waits in a register of its own.
module em_mul #(
  parameter int ABits = 8,
  parameter int BBits = 8,
  parameter bit RegisterB = 1'b0
) (
  input  logic                   clk_i,
  input  logic                   advance_i,
  input  logic [ABits-1:0]       a_i,
  input  logic [BBits-1:0]       b_i,
  output logic [ABits+BBits-1:0] product_o
);

`ifndef __ICARUS__
  if (ABits < 1 || BBits < 1) begin : gen_bad_size
    $error("em_mul: ABits = %0d, BBits = %0d: must be 1 or more", ABits, BBits);
  end
  if (em_pkg::MulLatency != 2) $error("em_mul: 2 registers, not %0d", em_pkg::MulLatency);
`endif

  localparam int Bits = ABits + BBits;

  logic [BBits-1:0]       b;
  logic signed [Bits-1:0] product_d, product_q, result_q;

  em_delay #(
    .Width(BBits),
    .Depth(32'(RegisterB))
  ) u_b (
    .clk_i, .advance_i, .data_i(b_i), .data_o(b)
  );

  assign product_d = Bits'($signed(a_i)) * Bits'($signed(b));

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      product_q <= product_d;
      result_q  <= product_q;
    end
  end

  assign product_o = result_q;

endmodule
