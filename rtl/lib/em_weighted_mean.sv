// SPDX-License-Identifier: Apache-2.0
// The answers of attention (docs/arithmetic.md, section 15): sums of values times the reciprocals
// of their weights' sums, word by word {reciprocal, sum}.
module em_weighted_mean #(
  parameter int Par = 4,
  parameter int Beats = 5,  // a query
  parameter int AccBits = 21,
  parameter int ReciprocalBits = 15,
  parameter int YBits = 8,
  parameter int Contexts = 1,
  parameter logic [Contexts*8-1:0] Shift = '0
) (
  input  logic                                    clk_i,
  input  logic                                    rst_ni,
  input  logic                                    valid_i,
  output logic                                    ready_o,
  input  logic [Par*(ReciprocalBits+AccBits)-1:0] data_i,
  input  logic                                    last_i,
  output logic                                    valid_o,
  input  logic                                    ready_i,
  output logic [Par*YBits-1:0]                    data_o,
  output logic                                    last_o
);

`ifndef __ICARUS__
  if (Par < 1 || Beats < 1 || AccBits < 2 || ReciprocalBits < 1) begin : gen_bad_size
    $error("em_weighted_mean: Par = %0d, Beats = %0d, AccBits = %0d, ReciprocalBits = %0d: too few",
           Par, Beats, AccBits, ReciprocalBits);
  end
`endif

  localparam int WordBits = ReciprocalBits + AccBits;
  localparam int ContextBits = em_pkg::index_bits(Contexts);
  localparam int Copies = em_pkg::enable_copies(Par, WordBits + YBits);

  logic [Copies-1:0]      advance;
  logic [4:0]             unused;
  logic [ContextBits-1:0] unused_context, context_done;
  logic [em_pkg::index_bits(Beats)-1:0]          unused_inner;
  logic [em_pkg::index_bits(Beats*Contexts)-1:0] unused_address;

  em_core #(
    .Depth   (em_pkg::MulLatency + 1),
    .Active  (Beats),
    .Contexts(Contexts),
    .Copies  (Copies)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i, .ready_o, .last_i,
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(unused[0]),
    .inner_o(unused_inner), .address_o(unused_address),
    .first_row_o(unused[1]), .first_vector_o(unused[2]),
    .vector_last_o(unused[3]), .sequence_last_o(unused[4]),
    .context_o(unused_context), .context_done_o(context_done)
  );

  for (genvar i = 0; i < Par; i++) begin : gen_channel
    localparam int Copy = i * Copies / Par;
    logic [WordBits:0] product;
    logic [YBits-1:0]  y_d, y_q;

    em_mul #(
      .ABits(AccBits),
      .BBits(ReciprocalBits + 1)
    ) u_mul (
      .clk_i,
      .advance_i(advance[Copy]),
      .a_i      (data_i[i*WordBits +: AccBits]),
      .b_i      ({1'b0, data_i[i*WordBits+AccBits +: ReciprocalBits]}),
      .product_o(product)
    );

    em_requantise #(
      .InBits  (WordBits + 1),
      .OutBits (YBits),
      .Contexts(Contexts),
      .Shift   (Shift)
    ) u_requantise (
      .context_i(context_done),
      .value_i  (product),
      .value_o  (y_d)
    );

    always_ff @(posedge clk_i) begin
      if (advance[Copy]) y_q <= y_d;
    end

    assign data_o[i*YBits +: YBits] = y_q;
  end

endmodule
