// SPDX-License-Identifier: Apache-2.0
// The largest of Terms times Together numbers each: docs/arithmetic.md, sections 14 and 15. A beat
// is (Together, Par) numbers; those of a term come one after another, Beats beats apart. The
// largest so far wait in a memory; those of the last term leave.
module em_max #(
  parameter int Par = 4,
  parameter int Together = 1,
  parameter int Beats = 1,
  parameter int Terms = 4,
  parameter int Bits = 8
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,
  input  logic                         valid_i,
  output logic                         ready_o,
  input  logic [Together*Par*Bits-1:0] data_i,
  input  logic                         last_i,
  output logic                         valid_o,
  input  logic                         ready_i,
  output logic [Par*Bits-1:0]          data_o,
  output logic                         last_o
);

`ifndef __ICARUS__
  if (Par < 1 || Beats < 1 || Terms < 1 || Bits < 1) begin : gen_bad_size
    $error("em_max: Par = %0d, Beats = %0d, Terms = %0d, Bits = %0d: must be 1 or more", Par, Beats,
           Terms, Bits);
  end
  if (Together < 1) $error("em_max: Together = %0d: must be 1 or more", Together);
`endif

  localparam int Tree = em_pkg::tree_latency(Together);
  localparam int BeatBits = em_pkg::index_bits(Beats);

  logic                advance, step, first_term, unused_context, unused_context_done;
  logic [2:0]          unused;
  logic [BeatBits-1:0] beat, beat_late;
  logic                stepping, first;
  logic [em_pkg::index_bits(Terms*Beats)-1:0] unused_address;

  em_core #(
    .Depth   (Tree + 1),
    .Active  (Terms * Beats),
    .Inner   (Beats),
    .EmitFrom((Terms - 1) * Beats)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i, .ready_o, .last_i,
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(step),
    .inner_o(beat), .address_o(unused_address),
    .first_row_o(first_term), .first_vector_o(unused[0]),
    .vector_last_o(unused[1]), .sequence_last_o(unused[2]),
    .context_o(unused_context), .context_done_o(unused_context_done)
  );

  em_delay #(
    .Width(2 + BeatBits),
    .Depth(Tree)
  ) u_late (
    .clk_i, .advance_i(advance),
    .data_i({step, first_term, beat}), .data_o({stepping, first, beat_late})
  );

  // Stage Tree: of the beat, and of those before it.
  logic [Par*Bits-1:0] here, older, largest, data_q, unused_low;

  for (genvar i = 0; i < Par; i++) begin : gen_number
    logic [Together*Bits-1:0] numbers;
    logic                     keeps;

    for (genvar k = 0; k < Together; k++) begin : gen_term
      assign numbers[k*Bits +: Bits] = data_i[(k*Par+i)*Bits +: Bits];
    end

    em_range_tree #(
      .Terms(Together),
      .Bits (Bits)
    ) u_largest (
      .clk_i, .advance_i(advance), .lows_i(numbers), .highs_i(numbers),
      .low_o(unused_low[i*Bits +: Bits]), .high_o(here[i*Bits +: Bits])
    );

    assign keeps = ~first & ($signed(older[i*Bits +: Bits]) > $signed(here[i*Bits +: Bits]));
    assign largest[i*Bits +: Bits] = keeps ? older[i*Bits +: Bits] : here[i*Bits +: Bits];
  end

  em_ram #(
    .Width(Par * Bits),
    .Depth(Beats)
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
