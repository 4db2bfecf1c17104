// SPDX-License-Identifier: Apache-2.0
// The weights of softmax, before they are divided by their sum (docs/arithmetic.md, section 15):
// by a table of how far a score is below the largest. Input 0 is the scores, in beats of (Keys,
// Heads), HeadBeats of each of Groups groups of keys; input 1 the largest, in beats of Heads: one a
// query, or if a query has several, again for every group (em_replay). The words are (contexts,
// 256).
module em_softmax #(
  parameter int Keys = 1,
  parameter int Heads = 4,
  parameter int HeadBeats = 1,
  parameter int Groups = 16,
  parameter int Contexts = 1,
  parameter Init = ""
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    valid0_i,
  output logic                    ready0_o,
  input  logic [Keys*Heads*8-1:0] data0_i,  // scores
  input  logic                    last0_i,
  input  logic                    valid1_i,
  output logic                    ready1_o,
  input  logic [Heads*8-1:0]      data1_i,  // the largest
  input  logic                    last1_i,
  output logic                    valid_o,
  input  logic                    ready_i,
  output logic [Keys*Heads*8-1:0] data_o,   // unsigned
  output logic                    last_o
);

`ifndef __ICARUS__
  if (Keys < 1 || Heads < 1 || HeadBeats < 1 || Groups < 1) begin : gen_bad_size
    $error("em_softmax: Keys = %0d, Heads = %0d, HeadBeats = %0d, Groups = %0d: must be 1 or more",
           Keys, Heads, HeadBeats, Groups);
  end
`endif

  localparam int Active = Groups * HeadBeats;
  localparam int ContextBits = em_pkg::index_bits(Contexts);
  localparam int Copies = em_pkg::enable_copies(Keys * Heads, 20);

  logic [Copies-1:0]      advance;
  logic [4:0]             unused;
  logic [ContextBits-1:0] context_now, context_late, unused_context;
  logic [em_pkg::index_bits(Active)-1:0]          unused_inner;
  logic [em_pkg::index_bits(Active*Contexts)-1:0] unused_address;

  em_core #(
    .Inputs  (2),
    .Depth   (2),
    .Active  (Active),
    .PopEvery({(HeadBeats == 1) ? Active : 32'd1, 32'd1}),
    .Contexts(Contexts),
    .Copies  (Copies)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i({valid1_i, valid0_i}), .ready_o({ready1_o, ready0_o}), .last_i({last1_i, last0_i}),
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(unused[0]),
    .inner_o(unused_inner), .address_o(unused_address),
    .first_row_o(unused[1]), .first_vector_o(unused[2]),
    .vector_last_o(unused[3]), .sequence_last_o(unused[4]),
    .context_o(context_now), .context_done_o(unused_context)
  );

  em_delay #(.Width(ContextBits)) u_context (
    .clk_i, .advance_i(advance[0]), .data_i(context_now), .data_o(context_late)
  );

  for (genvar s = 0; s < Keys * Heads; s++) begin : gen_weight
    localparam int Copy = s * Copies / (Keys * Heads);
    localparam int Head = s % Heads;
    logic [7:0] distance_q;

    always_ff @(posedge clk_i) begin
      if (advance[Copy]) distance_q <= data1_i[Head*8 +: 8] - data0_i[s*8 +: 8];
    end

    em_table_element #(
      .XBits   (8),
      .YBits   (em_pkg::WeightBits),
      .Contexts(Contexts),
      .Init    (Init)
    ) u_weight (
      .clk_i,
      .advance_i(advance[Copy]),
      .context_i(context_late),
      .x_i      (distance_q),
      .y_o      (data_o[s*8 +: 8])
    );
  end

endmodule
