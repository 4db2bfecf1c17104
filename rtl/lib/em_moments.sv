// SPDX-License-Identifier: Apache-2.0
// The first part of layer normalisation (docs/arithmetic.md, section 15): the sums of the Width
// channels of a token, and of their squares. Gives one beat {squares, sum} a token.
module em_moments #(
  parameter int Par = 4,
  parameter int Width = 20,
  localparam int Beats = (Width + Par - 1) / Par,
  localparam int SumBits = em_pkg::sum_bits(Width),
  localparam int SquareBits = em_pkg::square_bits(Width)
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  logic                          valid_i,
  output logic                          ready_o,
  input  logic [Par*8-1:0]              data_i,
  input  logic                          last_i,
  output logic                          valid_o,
  input  logic                          ready_i,
  output logic [SquareBits+SumBits-1:0] data_o,  // {squares, sum}
  output logic                          last_o
);

`ifndef __ICARUS__
  if (Par < 1) $error("em_moments: Par = %0d: must be 1 or more", Par);
  if (Width < 1 || Width > 1024) $error("em_moments: Width = %0d: must be 1 .. 1024", Width);
`endif

  // The stage at which a beat's sums are done.
  localparam int Sum = em_pkg::MulLatency + em_pkg::tree_latency(Par);
  localparam int BeatBits = em_pkg::index_bits(Beats);
  localparam int Tail = Width - (Beats - 1) * Par;  // channels in the last beat

  logic                advance, step, vector_last, unused_context, unused_context_done;
  logic [2:0]          unused;
  logic [BeatBits-1:0] beat, unused_address;

  em_core #(
    .Depth    (Sum + 1),
    .Active   (Beats),
    .EmitEvery(Beats)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i, .ready_o, .last_i,
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(step),
    .inner_o(beat), .address_o(unused_address),
    .first_row_o(unused[0]), .first_vector_o(unused[1]),
    .vector_last_o(vector_last), .sequence_last_o(unused[2]),
    .context_o(unused_context), .context_done_o(unused_context_done)
  );

  logic [Par*8-1:0]      terms, terms_late;
  logic [Par*16-1:0]     squares;
  logic [SumBits-1:0]    beat_sum, sum_q;
  logic [SquareBits-1:0] beat_squares, squares_q;
  logic                  stepping, first;

  for (genvar i = 0; i < Par; i++) begin : gen_channel
    assign terms[i*8 +: 8] = (vector_last && (i >= Tail)) ? 8'd0 : data_i[i*8 +: 8];

    em_mul #(
      .ABits(8),
      .BBits(8)
    ) u_square (
      .clk_i,
      .advance_i(advance),
      .a_i      (terms[i*8 +: 8]),
      .b_i      (terms[i*8 +: 8]),
      .product_o(squares[i*16 +: 16])
    );
  end

  em_delay #(
    .Width(Par * 8),
    .Depth(em_pkg::MulLatency)
  ) u_terms (
    .clk_i, .advance_i(advance), .data_i(terms), .data_o(terms_late)
  );

  em_adder_tree #(
    .Terms  (Par),
    .InBits (8),
    .OutBits(SumBits)
  ) u_sum (
    .clk_i, .advance_i(advance), .terms_i(terms_late), .sum_o(beat_sum)
  );

  em_adder_tree #(
    .Terms  (Par),
    .InBits (16),
    .OutBits(SquareBits)
  ) u_squares (
    .clk_i, .advance_i(advance), .terms_i(squares), .sum_o(beat_squares)
  );

  em_delay #(
    .Width(2),
    .Depth(Sum)
  ) u_step (
    .clk_i, .advance_i(advance), .data_i({step, beat == '0}), .data_o({stepping, first})
  );

  // Stage Sum + 1: of the token so far.
  always_ff @(posedge clk_i) begin
    if (advance && stepping) begin
      sum_q     <= first ? beat_sum : SumBits'(sum_q + beat_sum);
      squares_q <= first ? beat_squares : SquareBits'(squares_q + beat_squares);
    end
  end

  assign data_o = {squares_q, sum_q};

endmodule
