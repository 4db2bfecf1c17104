// SPDX-License-Identifier: Apache-2.0
// Beats of the input, Beats at a time, Times times over: docs/rtl.md. They wait in a memory of two
// halves, so that the next ones come while these are given; and the first time each is given as
// soon as it has come. Its numbers are those of Replay in src/hw/design.h.
module em_replay #(
  parameter int Width = 32,
  parameter int Beats = 16,
  parameter int Times = 16,  // 2 or more
  parameter bit Block = 1'b0  // in block memory
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             valid_i,
  output logic             ready_o,
  input  logic [Width-1:0] data_i,
  input  logic             last_i,
  output logic             valid_o,
  input  logic             ready_i,
  output logic [Width-1:0] data_o,
  output logic             last_o  // with the last time of what ends a sequence
);

`ifndef __ICARUS__
  if (Width < 1 || Beats < 1) begin : gen_bad_size
    $error("em_replay: Width = %0d, Beats = %0d: must be 1 or more", Width, Beats);
  end
  if (Times < 2) $error("em_replay: Times = %0d: must be 2 or more", Times);
`endif

  localparam int BeatBits = em_pkg::index_bits(Beats);
  localparam int TimeBits = em_pkg::index_bits(Times);
  localparam int AddressBits = em_pkg::index_bits(2 * Beats);

  logic [BeatBits-1:0] in_beat_q, in_beat_d, out_beat_q, out_beat_d;
  logic [TimeBits-1:0] time_q, time_d;
  logic                in_half_q, in_half_d, out_half_q, out_half_d;
  logic [1:0]          whole_q, whole_d;  // halves that are whole and not yet given
  logic [1:0]          ends_q, ends_d;    // of each half: it ends a sequence
  logic                push, step, advance, in_last, time_last, out_last, come;

  assign ready_o   = ~whole_q[1];
  assign push      = valid_i & ready_o;
  assign in_last   = (in_beat_q == BeatBits'(Beats - 1));
  assign time_last = (time_q == TimeBits'(Times - 1));
  assign out_last  = (out_beat_q == BeatBits'(Beats - 1));
  assign come      = (whole_q != '0) | ((time_q == '0) & (out_beat_q < in_beat_q));
  assign advance   = ready_i | ~valid_o;
  assign step      = advance & come;

  always_comb begin
    in_beat_d  = in_beat_q;
    in_half_d  = in_half_q;
    ends_d     = ends_q;
    out_beat_d = out_beat_q;
    out_half_d = out_half_q;
    time_d     = time_q;
    if (push) begin
      in_beat_d = in_last ? '0 : BeatBits'(in_beat_q + 1'b1);
      if (in_last) begin
        in_half_d = ~in_half_q;
        ends_d[in_half_q] = last_i;
      end
    end
    if (step) begin
      out_beat_d = out_last ? '0 : BeatBits'(out_beat_q + 1'b1);
      if (out_last) begin
        time_d = time_last ? '0 : TimeBits'(time_q + 1'b1);
        if (time_last) out_half_d = ~out_half_q;
      end
    end
    whole_d = whole_q + ((push && in_last) ? 2'd1 : 2'd0) -
        ((step && out_last && time_last) ? 2'd1 : 2'd0);
  end

  em_register #(.Width(2 * BeatBits + TimeBits + 6)) u_place (
    .clk_i, .rst_ni,
    .data_i({in_beat_d, in_half_d, ends_d, out_beat_d, out_half_d, time_d, whole_d}),
    .data_o({in_beat_q, in_half_q, ends_q, out_beat_q, out_half_q, time_q, whole_q})
  );

  logic [AddressBits-1:0] write_address, read_address;
  logic                   valid_q, last_q;

  assign write_address = AddressBits'(in_beat_q) + (in_half_q ? AddressBits'(Beats) : '0);
  assign read_address  = AddressBits'(out_beat_q) + (out_half_q ? AddressBits'(Beats) : '0);

  em_registered_ram #(
    .Width(Width),
    .Depth(2 * Beats),
    .Block(Block)
  ) u_beats (
    .clk_i,
    .write_i        (push),
    .write_address_i(write_address),
    .data_i,
    .read_i         (advance),
    .read_address_i (read_address),
    .data_o
  );

  em_register u_valid (
    .clk_i, .rst_ni, .data_i(advance ? step : valid_q), .data_o(valid_q)
  );

  always_ff @(posedge clk_i) begin
    if (advance) last_q <= time_last & ends_q[out_half_q];
  end

  assign valid_o = valid_q;
  assign last_o  = last_q;

endmodule
