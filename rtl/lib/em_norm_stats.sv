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

  // The stage at which a beat's sum and range are done.
  localparam int Tree = em_pkg::tree_latency(Par);
  localparam int BeatBits = em_pkg::index_bits(Beats);
  localparam int Tail = Width - (Beats - 1) * Par;  // channels in the last beat

  logic                advance, step, vector_last, unused_context, unused_context_done;
  logic [2:0]          unused;
  logic [BeatBits-1:0] beat, unused_address;

  em_core #(
    .Depth    (Tree + 2),
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

  // Stage Tree: sum and range of the beat. Behind the last channel of a token the sum takes zeros,
  // the range the beat's first channel.
  logic [Par*8-1:0]   terms, values;
  logic [SumBits-1:0] beat_sum;
  logic [7:0]         beat_min, beat_max;
  logic               stepping, first;

  for (genvar i = 0; i < Par; i++) begin : gen_channel
    assign terms[i*8 +: 8]  = (vector_last && (i >= Tail)) ? 8'd0 : data_i[i*8 +: 8];
    assign values[i*8 +: 8] = (vector_last && (i >= Tail)) ? data_i[7:0] : data_i[i*8 +: 8];
  end

  em_adder_tree #(
    .Terms  (Par),
    .InBits (8),
    .OutBits(SumBits)
  ) u_sum (
    .clk_i, .advance_i(advance), .terms_i(terms), .sum_o(beat_sum)
  );

  em_range_tree #(
    .Terms(Par)
  ) u_range (
    .clk_i, .advance_i(advance), .lows_i(values), .highs_i(values),
    .low_o(beat_min), .high_o(beat_max)
  );

  em_delay #(
    .Width(2),
    .Depth(Tree)
  ) u_step (
    .clk_i, .advance_i(advance), .data_i({step, beat == '0}), .data_o({stepping, first})
  );

  // Stage Tree + 1: of the token so far. Stage Tree + 2: the result.
  logic [SumBits-1:0]   sum_q;
  logic signed [7:0]    min_q, max_q;
  logic [8+SumBits-1:0] result_q;

  always_ff @(posedge clk_i) begin
    if (advance) begin
      if (stepping) begin
        sum_q <= first ? beat_sum : SumBits'(sum_q + beat_sum);
        min_q <= (first || ($signed(beat_min) < min_q)) ? beat_min : min_q;
        max_q <= (first || ($signed(beat_max) > max_q)) ? beat_max : max_q;
      end
      result_q <= {8'(max_q - min_q), sum_q};
    end
  end

  assign data_o = result_q;

endmodule
