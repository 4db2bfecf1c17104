// SPDX-License-Identifier: Apache-2.0
// The second part of layer normalisation (docs/arithmetic.md, section 15): 1 / (D * deviation), for
// which D^2 times the variance is D * squares - sum^2. {squares, sum} becomes {reciprocal, sum},
// one token a cycle, as em_norm_apply takes it.
module em_deviation #(
  parameter int Width = 20,  // D
  parameter TableInit = "",
  localparam int SumBits = em_pkg::sum_bits(Width),
  localparam int SquareBits = em_pkg::square_bits(Width),
  localparam int ReciprocalBits = em_pkg::ReciprocalBits
) (
  input  logic                              clk_i,
  input  logic                              rst_ni,
  input  logic                              valid_i,
  output logic                              ready_o,
  input  logic [SquareBits+SumBits-1:0]     data_i,  // {squares, sum}
  input  logic                              last_i,
  output logic                              valid_o,
  input  logic                              ready_i,
  output logic [ReciprocalBits+SumBits-1:0] data_o,  // {reciprocal, sum}
  output logic                              last_o
);

`ifndef __ICARUS__
  if (Width < 1 || Width > 1024) $error("em_deviation: Width = %0d: must be 1 .. 1024", Width);
`endif

  localparam int VarianceBits = 2 * SumBits;  // holds D * squares, and is not negative

  logic       advance, unused_inner, unused_address, unused_context, unused_context_done;
  logic [4:0] unused;

  em_core #(
    .Depth(em_pkg::MulLatency + 4)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i, .ready_o, .last_i,
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(unused[0]),
    .inner_o(unused_inner), .address_o(unused_address),
    .first_row_o(unused[1]), .first_vector_o(unused[2]),
    .vector_last_o(unused[3]), .sequence_last_o(unused[4]),
    .context_o(unused_context), .context_done_o(unused_context_done)
  );

  logic [2*SumBits-1:0]    sum_squared;
  logic [SquareBits-1:0]   squares;
  logic [VarianceBits-1:0] scaled, variance_q;

  em_mul #(
    .ABits(SumBits),
    .BBits(SumBits)
  ) u_square (
    .clk_i,
    .advance_i(advance),
    .a_i      (data_i[SumBits-1:0]),
    .b_i      (data_i[SumBits-1:0]),
    .product_o(sum_squared)
  );

  em_delay #(
    .Width(SquareBits),
    .Depth(em_pkg::MulLatency)
  ) u_squares (
    .clk_i, .advance_i(advance), .data_i(data_i[SumBits +: SquareBits]), .data_o(squares)
  );

  // D * squares by shifts and additions: D is a constant.
  always_comb begin
    scaled = '0;
    for (int b = 0; b < 32; b++) begin
      if (((Width >> b) & 1) == 1) scaled = scaled + (VarianceBits'(squares) << b);
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance) variance_q <= scaled - sum_squared;
  end

  em_leading_reciprocal #(
    .InBits   (VarianceBits),
    .OutBits  (ReciprocalBits),
    .Root     (1'b1),
    .Fraction (em_pkg::reciprocal_fraction(Width)),
    .TableInit(TableInit)
  ) u_reciprocal (
    .clk_i,
    .advance_i   (advance),
    .x_i         (variance_q),
    .reciprocal_o(data_o[SumBits +: ReciprocalBits])
  );

  em_delay #(
    .Width(SumBits),
    .Depth(em_pkg::MulLatency + 4)
  ) u_sum (
    .clk_i, .advance_i(advance), .data_i(data_i[SumBits-1:0]), .data_o(data_o[SumBits-1:0])
  );

endmodule
