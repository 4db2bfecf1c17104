// SPDX-License-Identifier: Apache-2.0
// One wide beat as Factor beats, the lowest bits first. A vector gives Beats beats; what is left of
// its last wide beat is dropped. Combinational but for the counter.
module em_serialise #(
  parameter int unsigned Width = 32,
  parameter int unsigned Factor = 2,
  parameter int unsigned Beats = 4
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    valid_i,
  output logic                    ready_o,
  input  logic [Factor*Width-1:0] data_i,
  input  logic                    last_i,
  output logic                    valid_o,
  input  logic                    ready_i,
  output logic [Width-1:0]        data_o,
  output logic                    last_o
);

  localparam int unsigned SlotBits = em_pkg::index_bits(Factor);

  logic                step, vector_last, final_slot;
  logic [SlotBits-1:0] slot_q, slot_d;

  logic [em_pkg::index_bits(Beats)-1:0] unused_outer, unused_address;
  logic unused_inner, unused_inner_last, unused_first, unused_context;

  em_sequencer #(
    .Outer(Beats)
  ) u_sequencer (
    .clk_i,
    .rst_ni,
    .advance_i      (ready_i),
    .valid_i,
    .last_i,
    .step_o         (step),
    .outer_o        (unused_outer),
    .inner_o        (unused_inner),
    .address_o      (unused_address),
    .inner_last_o   (unused_inner_last),
    .vector_last_o  (vector_last),
    .sequence_last_o(last_o),
    .first_o        (unused_first),
    .context_o      (unused_context)
  );

  assign final_slot = (slot_q == SlotBits'(Factor - 1)) | vector_last;
  assign valid_o = valid_i;
  assign ready_o = step & final_slot;

  always_comb begin
    data_o = data_i[Width-1:0];
    for (int unsigned i = 1; i < Factor; i++) begin
      if (slot_q == SlotBits'(i)) data_o = data_i[i*Width +: Width];
    end
    slot_d = slot_q;
    if (step) slot_d = final_slot ? '0 : SlotBits'(slot_q + 1'b1);
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) slot_q <= '0;
    else slot_q <= slot_d;
  end

endmodule
