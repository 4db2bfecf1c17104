// SPDX-License-Identifier: Apache-2.0
// Factor beats as one, the first in the lowest bits. A vector has Beats beats; what its last wide
// beat lacks is left as it was: nobody reads it.
module em_gather #(
  parameter int unsigned Width = 32,
  parameter int unsigned Factor = 2,
  parameter int unsigned Beats = 4,
  localparam int unsigned Depth = 1
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    valid_i,
  output logic                    ready_o,
  input  logic [Width-1:0]        data_i,
  input  logic                    last_i,
  output logic                    valid_o,
  input  logic                    ready_i,
  output logic [Factor*Width-1:0] data_o,
  output logic                    last_o
);

  localparam int unsigned SlotBits = em_pkg::index_bits(Factor);

  logic                    advance, step, vector_last, emit;
  logic [SlotBits-1:0]     slot_q, slot_d;
  logic [Factor*Width-1:0] data_q;

  logic [em_pkg::index_bits(Beats)-1:0] unused_outer, unused_address;
  logic unused_inner, unused_inner_last, unused_sequence_last, unused_first, unused_context;

  em_sequencer #(
    .Outer(Beats)
  ) u_sequencer (
    .clk_i,
    .rst_ni,
    .advance_i      (advance),
    .valid_i,
    .last_i,
    .step_o         (step),
    .outer_o        (unused_outer),
    .inner_o        (unused_inner),
    .address_o      (unused_address),
    .inner_last_o   (unused_inner_last),
    .vector_last_o  (vector_last),
    .sequence_last_o(unused_sequence_last),
    .first_o        (unused_first),
    .context_o      (unused_context)
  );

  assign emit = (slot_q == SlotBits'(Factor - 1)) | vector_last;
  assign ready_o = step;

  always_comb begin
    slot_d = slot_q;
    if (step) slot_d = emit ? '0 : SlotBits'(slot_q + 1'b1);
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) slot_q <= '0;
    else slot_q <= slot_d;
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned i = 0; i < Factor; i++) begin
      if (step && (slot_q == SlotBits'(i))) data_q[i*Width +: Width] <= data_i;
    end
  end

  em_pipe #(
    .Depth(Depth)
  ) u_pipe (
    .clk_i,
    .rst_ni,
    .emit_i   (step & emit),
    .last_i,
    .advance_o(advance),
    .valid_o,
    .ready_i,
    .last_o
  );

  assign data_o = data_q;

endmodule
