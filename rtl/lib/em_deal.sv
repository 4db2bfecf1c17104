// SPDX-License-Identifier: Apache-2.0
// One stream to Outputs consumers in turn: of every vector, output i gets the next Beats[i] beats.
// Every beat of a sequence's last vector comes with `last`; each output gets it with the last beat
// of its own.
module em_deal #(
  parameter int Width = 32,
  parameter int Outputs = 2,
  parameter logic [Outputs*32-1:0] Beats = {Outputs{32'd1}}  // output 0 lowest
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     valid_i,
  output logic                     ready_o,
  input  logic [Width-1:0]         data_i,
  input  logic                     last_i,
  output logic [Outputs-1:0]       valid_o,
  input  logic [Outputs-1:0]       ready_i,
  output logic [Outputs*Width-1:0] data_o,
  output logic [Outputs-1:0]       last_o
);

`ifndef __ICARUS__
  if (Width < 1 || Outputs < 2) begin : gen_bad_size
    $error("em_deal: Width = %0d: must be 1 or more; Outputs = %0d: must be 2 or more", Width,
           Outputs);
  end
`endif

  function automatic int most_beats();
    most_beats = 1;
    for (int i = 0; i < Outputs; i++) begin
      if (Beats[i*32 +: 32] > most_beats) most_beats = Beats[i*32 +: 32];
    end
  endfunction

  localparam int BeatBits = em_pkg::index_bits(most_beats());

  logic [Outputs-1:0]  turn_q, turn_d, ends;  // one bit for each output
  logic [BeatBits-1:0] beat_q, beat_d;

  for (genvar i = 0; i < Outputs; i++) begin : gen_output
`ifndef __ICARUS__
    if (Beats[i*32 +: 32] == 0) $error("em_deal: Beats of output %0d: must be 1 or more", i);
`endif
    assign ends[i] = turn_q[i] & (beat_q == BeatBits'(Beats[i*32 +: 32] - 32'd1));
  end

  assign valid_o = {Outputs{valid_i}} & turn_q;
  assign ready_o = |(ready_i & turn_q);
  assign data_o  = {Outputs{data_i}};
  assign last_o  = {Outputs{last_i}} & ends;

  always_comb begin
    turn_d = turn_q;
    beat_d = beat_q;
    if (valid_i && ready_o) begin
      beat_d = (|ends) ? '0 : BeatBits'(beat_q + 1'b1);
      if (|ends) turn_d = {turn_q[Outputs-2:0], turn_q[Outputs-1]};
    end
  end

  em_register #(
    .Width     (Outputs),
    .ResetValue(Outputs'(1))
  ) u_turn (
    .clk_i, .rst_ni, .data_i(turn_d), .data_o(turn_q)
  );
  em_register #(.Width(BeatBits)) u_beat (
    .clk_i, .rst_ni, .data_i(beat_d), .data_o(beat_q)
  );

endmodule
