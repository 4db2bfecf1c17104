// SPDX-License-Identifier: Apache-2.0
// Factor beats as one, the first in the lowest bits. A vector has Beats beats; what its last wide
// beat lacks is left as it was: nobody reads it.
module em_gather #(
  parameter int Width = 32,
  parameter int Factor = 2,
  parameter int Beats = 4
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

`ifndef __ICARUS__
  if (Width < 1 || Factor < 1 || Beats < 1) begin : gen_bad_size
    $error("em_gather: Width = %0d, Factor = %0d, Beats = %0d: must be 1 or more", Width, Factor,
           Beats);
  end
`endif

  localparam int SlotBits = em_pkg::index_bits(Factor);

  logic                    advance, unused_context, unused_context_done;
  logic [4:0]              unused;
  logic [SlotBits-1:0]     slot;
  logic [Factor*Width-1:0] data_q;
  logic [em_pkg::index_bits(Beats)-1:0] unused_address;

  em_core #(
    .Active   (Beats),
    .Inner    (Factor),
    .EmitEvery(Factor),
    .Apart    (Factor * Width > 32)  // it stands between a core and its buffer
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i, .ready_o, .last_i,
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(unused[0]),
    .inner_o(slot), .address_o(unused_address),
    .first_row_o(unused[1]), .first_vector_o(unused[2]),
    .vector_last_o(unused[3]), .sequence_last_o(unused[4]),
    .context_o(unused_context), .context_done_o(unused_context_done)
  );

  // What comes before its beat is valid is overwritten by the beat.
  always_ff @(posedge clk_i) begin
    for (int i = 0; i < Factor; i++) begin
      if (advance && (slot == SlotBits'(i))) data_q[i*Width +: Width] <= data_i;
    end
  end

  assign data_o = data_q;

endmodule
