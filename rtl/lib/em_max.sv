// SPDX-License-Identifier: Apache-2.0
// The largest of Terms numbers each, which come one after another, Beats beats apart:
// docs/arithmetic.md, section 14. The largest so far wait in a memory; those of the last leave.
module em_max #(
  parameter int Par = 4,
  parameter int Beats = 1,
  parameter int Terms = 4,
  parameter int Bits = 8
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                valid_i,
  output logic                ready_o,
  input  logic [Par*Bits-1:0] data_i,
  input  logic                last_i,
  output logic                valid_o,
  input  logic                ready_i,
  output logic [Par*Bits-1:0] data_o,
  output logic                last_o
);

`ifndef __ICARUS__
  if (Par < 1 || Beats < 1 || Terms < 1 || Bits < 1) begin : gen_bad_size
    $error("em_max: Par = %0d, Beats = %0d, Terms = %0d, Bits = %0d: must be 1 or more", Par, Beats,
           Terms, Bits);
  end
`endif

  localparam int BeatBits = em_pkg::index_bits(Beats);

  logic                advance, step, first_term, unused_context, unused_context_done;
  logic [2:0]          unused;
  logic [BeatBits-1:0] beat;
  logic [em_pkg::index_bits(Terms*Beats)-1:0] unused_address;

  em_core #(
    .Depth   (1),
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

  logic [Par*Bits-1:0] older, largest, data_q;

  em_ram #(
    .Width(Par * Bits),
    .Depth(Beats)
  ) u_largest (
    .clk_i,
    .write_i        (step),
    .write_address_i(beat),
    .data_i         (largest),
    .read_address_i (beat),
    .data_o         (older)
  );

  for (genvar i = 0; i < Par; i++) begin : gen_number
    logic keeps;
    assign keeps = ~first_term & ($signed(older[i*Bits +: Bits]) > $signed(data_i[i*Bits +: Bits]));
    assign largest[i*Bits +: Bits] = keeps ? older[i*Bits +: Bits] : data_i[i*Bits +: Bits];
  end

  always_ff @(posedge clk_i) begin
    if (advance) data_q <= largest;
  end

  assign data_o = data_q;

endmodule
