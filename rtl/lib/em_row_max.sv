// SPDX-License-Identifier: Apache-2.0
// The largest score of every head among all keys of a query (docs/arithmetic.md, section 15). A
// beat is (Keys, Heads) scores; of every group of keys HeadBeats beats come, of Groups groups.
// Gives HeadBeats beats of Heads numbers a query.
module em_row_max #(
  parameter int Keys = 1,
  parameter int Heads = 4,
  parameter int HeadBeats = 1,
  parameter int Groups = 16
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    valid_i,
  output logic                    ready_o,
  input  logic [Keys*Heads*8-1:0] data_i,
  input  logic                    last_i,
  output logic                    valid_o,
  input  logic                    ready_i,
  output logic [Heads*8-1:0]      data_o,
  output logic                    last_o
);

`ifndef __ICARUS__
  if (Keys < 1 || Heads < 1 || HeadBeats < 1 || Groups < 1) begin : gen_bad_size
    $error("em_row_max: Keys = %0d, Heads = %0d, HeadBeats = %0d, Groups = %0d: must be 1 or more",
           Keys, Heads, HeadBeats, Groups);
  end
`endif

  localparam int Tree = em_pkg::tree_latency(Keys);
  localparam int BeatBits = em_pkg::index_bits(HeadBeats);

  logic                advance, step, first_group, unused_context, unused_context_done;
  logic [2:0]          unused;
  logic [BeatBits-1:0] beat, beat_late;
  logic                stepping, first;
  logic [em_pkg::index_bits(Groups*HeadBeats)-1:0] unused_address;

  em_core #(
    .Depth   (Tree + 1),
    .Active  (Groups * HeadBeats),
    .Inner   (HeadBeats),
    .EmitFrom((Groups - 1) * HeadBeats)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i, .ready_o, .last_i,
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(step),
    .inner_o(beat), .address_o(unused_address),
    .first_row_o(first_group), .first_vector_o(unused[0]),
    .vector_last_o(unused[1]), .sequence_last_o(unused[2]),
    .context_o(unused_context), .context_done_o(unused_context_done)
  );

  em_delay #(
    .Width(2 + BeatBits),
    .Depth(Tree)
  ) u_late (
    .clk_i, .advance_i(advance),
    .data_i({step, first_group, beat}), .data_o({stepping, first, beat_late})
  );

  logic [Heads*8-1:0] here, older, largest, data_q, unused_low;

  for (genvar h = 0; h < Heads; h++) begin : gen_head
    logic [Keys*8-1:0] scores;
    logic              keeps;

    for (genvar k = 0; k < Keys; k++) begin : gen_key
      assign scores[k*8 +: 8] = data_i[(k*Heads+h)*8 +: 8];
    end

    em_range_tree #(
      .Terms(Keys)
    ) u_largest (
      .clk_i, .advance_i(advance), .lows_i(scores), .highs_i(scores),
      .low_o(unused_low[h*8 +: 8]), .high_o(here[h*8 +: 8])
    );

    assign keeps = ~first & ($signed(older[h*8 +: 8]) > $signed(here[h*8 +: 8]));
    assign largest[h*8 +: 8] = keeps ? older[h*8 +: 8] : here[h*8 +: 8];
  end

  em_ram #(
    .Width(Heads * 8),
    .Depth(HeadBeats)
  ) u_so_far (
    .clk_i,
    .write_i        (advance & stepping),
    .write_address_i(beat_late),
    .data_i         (largest),
    .read_address_i (beat_late),
    .data_o         (older)
  );

  always_ff @(posedge clk_i) begin
    if (advance) data_q <= largest;
  end

  assign data_o = data_q;

endmodule
