// SPDX-License-Identifier: Apache-2.0
// 1 / (D * range) for range normalisation (docs/arithmetic.md, section 6), read from a table of 256
// words: {range, sum} becomes {reciprocal, sum}, one token a cycle.
module em_reciprocal_table #(
  parameter int SumBits = 13,
  parameter TableInit = "",
  localparam int ReciprocalBits = em_pkg::ReciprocalBits
) (
  input  logic                              clk_i,
  input  logic                              rst_ni,
  input  logic                              valid_i,
  output logic                              ready_o,
  input  logic [8+SumBits-1:0]              data_i,  // {range, sum}
  input  logic                              last_i,
  output logic                              valid_o,
  input  logic                              ready_i,
  output logic [ReciprocalBits+SumBits-1:0] data_o,  // {reciprocal, sum}
  output logic                              last_o
);

`ifndef __ICARUS__
  if (SumBits < 9) $error("em_reciprocal_table: SumBits = %0d: must be 9 or more", SumBits);
`endif

  logic       advance, unused_inner, unused_address, unused_context, unused_context_done;
  logic [4:0] unused;

  em_core u_core (
    .clk_i, .rst_ni,
    .valid_i, .ready_o, .last_i,
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(unused[0]),
    .inner_o(unused_inner), .address_o(unused_address),
    .first_row_o(unused[1]), .first_vector_o(unused[2]),
    .vector_last_o(unused[3]), .sequence_last_o(unused[4]),
    .context_o(unused_context), .context_done_o(unused_context_done)
  );

  em_rom #(
    .Width(ReciprocalBits),
    .Depth(256),
    .Init (TableInit)
  ) u_table (
    .clk_i,
    .advance_i(advance),
    .address_i(data_i[SumBits +: 8]),
    .data_o   (data_o[SumBits +: ReciprocalBits])
  );

  em_delay #(.Width(SumBits)) u_sum (
    .clk_i, .advance_i(advance), .data_i(data_i[SumBits-1:0]), .data_o(data_o[SumBits-1:0])
  );

endmodule
