// SPDX-License-Identifier: Apache-2.0
// The rule of streams as a property: a beat that is offered stays, unchanged, until it is taken.
// Assumed of what a module is given, asserted of what it gives. A beat is data and `last`.
module formal_rule #(
  parameter int Width = 1,
  parameter bit Assume = 1'b0
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             valid_i,
  input logic             ready_i,
  input logic [Width-1:0] beat_i
);

  logic             waiting_q = 1'b0;
  logic [Width-1:0] beat_q;

  always @(posedge clk_i) begin
    waiting_q <= rst_ni & valid_i & ~ready_i;
    beat_q    <= beat_i;
  end

  logic kept;
  assign kept = ~(rst_ni & waiting_q) | (valid_i & (beat_i == beat_q));

  if (Assume) begin : gen_assume
    always @(*) assume (kept);
  end else begin : gen_assert
    always @(*) assert (kept);
  end

endmodule
