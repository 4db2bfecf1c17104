// SPDX-License-Identifier: Apache-2.0
// The first half of range normalisation (docs/arithmetic.md, section 6): sum and range, max - min,
// over the Width channels of a token. Gives one beat {range, sum} a token.
module em_norm_stats #(
  parameter int Par = 4,
  parameter int Width = 20,
  localparam int Beats = (Width + Par - 1) / Par,
  localparam int SumBits = em_pkg::sum_bits(Width)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 valid_i,
  output logic                 ready_o,
  input  logic [Par*8-1:0]     data_i,
  input  logic                 last_i,
  output logic                 valid_o,
  input  logic                 ready_i,
  output logic [8+SumBits-1:0] data_o,  // {range, sum}
  output logic                 last_o
);

`ifndef __ICARUS__
  if (Par < 1) $error("em_norm_stats: Par = %0d: must be 1 or more", Par);
  if (Width < 1 || Width > 1024) $error("em_norm_stats: Width = %0d: must be 1 .. 1024", Width);
`endif

  localparam int BeatBits = em_pkg::index_bits(Beats);
  localparam int Tail = Width - (Beats - 1) * Par;  // channels in the last beat

  logic                advance, step, vector_last, unused_context, unused_context_done;
  logic [2:0]          unused;
  logic [BeatBits-1:0] beat, unused_address;

  em_core #(
    .Depth    (3),
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

  // Stage 1: sum, minimum and maximum of the beat.
  logic signed [SumBits-1:0] beat_sum_d, beat_sum_q;
  logic signed [7:0]         beat_min_d, beat_min_q, beat_max_d, beat_max_q, x;
  logic                      step_q, first_q;

  always_comb begin
    beat_sum_d = '0;
    beat_min_d = data_i[7:0];
    beat_max_d = data_i[7:0];
    x = '0;
    for (int i = 0; i < Par; i++) begin
      if (!vector_last || (i < Tail)) begin
        x = data_i[i*8 +: 8];
        beat_sum_d = beat_sum_d + SumBits'(x);
        if (x < beat_min_d) beat_min_d = x;
        if (x > beat_max_d) beat_max_d = x;
      end
    end
  end

  // Stage 2: of the token so far.
  logic signed [SumBits-1:0] sum_d, sum_q;
  logic signed [7:0]         min_d, min_q, max_d, max_q;

  always_comb begin
    sum_d = first_q ? beat_sum_q : (sum_q + beat_sum_q);
    min_d = (first_q || (beat_min_q < min_q)) ? beat_min_q : min_q;
    max_d = (first_q || (beat_max_q > max_q)) ? beat_max_q : max_q;
  end

  // Stage 3: the result.
  logic [8+SumBits-1:0] result_q;

  always_ff @(posedge clk_i) begin
    if (advance) begin
      step_q     <= step;
      first_q    <= (beat == '0);
      beat_sum_q <= beat_sum_d;
      beat_min_q <= beat_min_d;
      beat_max_q <= beat_max_d;
      if (step_q) begin
        sum_q <= sum_d;
        min_q <= min_d;
        max_q <= max_d;
      end
      result_q <= {8'(max_q - min_q), sum_q};
    end
  end

  assign data_o = result_q;

endmodule
