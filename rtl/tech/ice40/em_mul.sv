// SPDX-License-Identifier: Apache-2.0
// The signed multiplier of tech/generic/em_mul.sv for look-up tables with carry chains: a row of
// additions for every bit of the narrower operand,
//
//   sum = bit ? sum + wide : sum,
//
// where the look-up table that adds also chooses. Half of the rows are before the first register.
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
  if (ABits < 2 || BBits < 2) begin : gen_bad_size
    $error("em_mul: ABits = %0d, BBits = %0d: must be 2 or more", ABits, BBits);
  end
  if (em_pkg::MulLatency != 2) $error("em_mul: 2 registers, not %0d", em_pkg::MulLatency);
`endif

  localparam bit Swap = (BBits > ABits);
  localparam int Wide = Swap ? BBits : ABits;
  localparam int Rows = Swap ? ABits : BBits;
  localparam int Half = Rows / 2;
  localparam int Bits = ABits + BBits;

  logic signed [Wide-1:0] wide, wide_q;
  logic [Rows-1:0]        narrow;
  logic [Rows-1:Half]     narrow_q;

  logic [BBits-1:0] b;

  em_delay #(
    .Width(BBits),
    .Depth(32'(RegisterB))
  ) u_b (
    .clk_i, .advance_i, .data_i(b_i), .data_o(b)
  );

  if (Swap) begin : gen_swap
    assign wide = b;
    assign narrow = a_i;
  end else begin : gen_same
    assign wide = a_i;
    assign narrow = b;
  end

  // Every row settles a bit of the product; what is above it goes to the next row.
  logic signed [Wide:0] first_d, first_q, second_d;
  logic [Half-1:0]      settled_d, settled_q;
  logic [Bits-1:0]      product_d, product_q;

  always_comb begin
    first_d = '0;
    for (int i = 0; i < Half; i++) begin
      if (narrow[i]) first_d = first_d + (Wide+1)'(wide);
      settled_d[i] = first_d[0];
      first_d = first_d >>> 1;
    end
  end

  always_comb begin
    second_d = first_q;
    product_d = Bits'(settled_q);
    for (int i = Half; i < Rows - 1; i++) begin
      if (narrow_q[i]) second_d = second_d + (Wide+1)'(wide_q);
      product_d[i] = second_d[0];
      second_d = second_d >>> 1;
    end
    if (narrow_q[Rows-1]) second_d = second_d - (Wide+1)'(wide_q);  // the sign
    product_d[Bits-1:Rows-1] = second_d;
  end

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      wide_q    <= wide;
      narrow_q  <= narrow[Rows-1:Half];
      first_q   <= first_d;
      settled_q <= settled_d;
      product_q <= product_d;
    end
  end

  assign product_o = product_q;

endmodule
