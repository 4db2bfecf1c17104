// SPDX-License-Identifier: Apache-2.0
// A function of numbers of few bits, element by element: its value for every input, from a memory.
// A beat of Par elements a cycle. The words are (contexts, 2^XBits), those of a context by the bits
// of the input: for 0, 1, .. and then the negative ones.
module em_table #(
  parameter int Par = 4,
  parameter int Beats = 10,
  parameter int XBits = 8,
  parameter int YBits = 8,
  parameter int Contexts = 1,
  parameter Init = ""
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 valid_i,
  output logic                 ready_o,
  input  logic [Par*XBits-1:0] data_i,
  input  logic                 last_i,
  output logic                 valid_o,
  input  logic                 ready_i,
  output logic [Par*YBits-1:0] data_o,
  output logic                 last_o
);

`ifndef __ICARUS__
  if (Par < 1 || Beats < 1 || YBits < 1 || Contexts < 1) begin : gen_bad_size
    $error("em_table: Par = %0d, Beats = %0d, YBits = %0d, Contexts = %0d: must be 1 or more", Par,
           Beats, YBits, Contexts);
  end
  if (XBits < 1 || XBits > 16) $error("em_table: XBits = %0d: must be 1 .. 16", XBits);
`endif

  localparam int ContextBits = em_pkg::index_bits(Contexts);

  logic                   advance;
  logic [4:0]             unused;
  logic [ContextBits-1:0] context_now, unused_context;
  logic [em_pkg::index_bits(Beats)-1:0]          unused_inner;
  logic [em_pkg::index_bits(Beats*Contexts)-1:0] unused_address;

  em_core #(
    .Active  (Beats),
    .Contexts(Contexts)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i, .ready_o, .last_i,
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(unused[0]),
    .inner_o(unused_inner), .address_o(unused_address),
    .first_row_o(unused[1]), .first_vector_o(unused[2]),
    .vector_last_o(unused[3]), .sequence_last_o(unused[4]),
    .context_o(context_now), .context_done_o(unused_context)
  );

  for (genvar i = 0; i < Par; i++) begin : gen_element
    em_table_element #(
      .XBits   (XBits),
      .YBits   (YBits),
      .Contexts(Contexts),
      .Init    (Init)
    ) u_element (
      .clk_i,
      .advance_i(advance),
      .context_i(context_now),
      .x_i      (data_i[i*XBits +: XBits]),
      .y_o      (data_o[i*YBits +: YBits])
    );
  end

endmodule
