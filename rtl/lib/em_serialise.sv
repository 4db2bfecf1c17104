// SPDX-License-Identifier: Apache-2.0
// One wide beat as Factor beats, the lowest bits first. A vector gives Beats beats; what is left of
// its last wide beat is dropped. Combinational but for the counter.
module em_serialise #(
  parameter int Width = 32,
  parameter int Factor = 2,
  parameter int Beats = 4
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

`ifndef __ICARUS__
  if (Width < 1 || Factor < 1 || Beats < 1) begin : gen_bad_size
    $error("em_serialise: Width = %0d, Factor = %0d, Beats = %0d: must be 1 or more", Width, Factor,
           Beats);
  end
`endif

  localparam int SlotBits = em_pkg::index_bits(Factor);

  logic                unused_context, unused_context_done;
  logic [5:0]          unused;
  logic [SlotBits-1:0] slot;
  logic [em_pkg::index_bits(Beats)-1:0] unused_address;

  em_core #(
    .Depth   (0),
    .Active  (Beats),
    .Inner   (Factor),
    .PopEvery(Factor)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i, .ready_o, .last_i,
    .valid_o, .ready_i, .last_o,
    .advance_o(unused[0]), .step_o(unused[1]),
    .inner_o(slot), .address_o(unused_address),
    .first_row_o(unused[2]), .first_vector_o(unused[3]),
    .vector_last_o(unused[4]), .sequence_last_o(unused[5]),
    .context_o(unused_context), .context_done_o(unused_context_done)
  );

  always_comb begin
    data_o = data_i[Width-1:0];
    for (int i = 1; i < Factor; i++) begin
      if (slot == SlotBits'(i)) data_o = data_i[i*Width +: Width];
    end
  end

endmodule
