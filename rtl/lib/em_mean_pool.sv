// SPDX-License-Identifier: Apache-2.0
// The mean over the Tokens tokens of a sequence: docs/arithmetic.md, section 11. Sums wait in a
// memory; the last token's sums are multiplied by the reciprocal and leave.
module em_mean_pool #(
  parameter int Par = 4,
  parameter int Beats = 5,
  parameter int Tokens = 16,
  parameter int XBits = 8,
  parameter int YBits = 8,
  parameter int SumBits = 13,
  parameter logic [em_pkg::MeanReciprocalBits-1:0] Reciprocal = 16'd16384,  // of Tokens
  parameter logic [7:0] Shift = '0
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
  if (Par < 1 || Beats < 1 || Tokens < 1 || XBits < 1) begin : gen_bad_size
    $error("em_mean_pool: Par = %0d, Beats = %0d, Tokens = %0d, XBits = %0d: must be 1 or more",
           Par, Beats, Tokens, XBits);
  end
  if (SumBits < XBits + $clog2(Tokens)) begin : gen_bad_sum
    $error("em_mean_pool: SumBits = %0d: cannot hold Tokens = %0d numbers", SumBits, Tokens);
  end
  if ($signed(Reciprocal) <= 0) $error("em_mean_pool: Reciprocal = %0d: not positive", Reciprocal);
`endif

  localparam int BeatBits = em_pkg::index_bits(Beats);
  localparam int ProductBits = SumBits + em_pkg::MeanReciprocalBits;
  localparam int Copies = em_pkg::enable_copies(Par, SumBits + YBits + 2);

  logic [Copies-1:0]   advance;
  logic                step, first_token, unused_context, unused_context_done;
  logic [2:0]          unused;
  logic [BeatBits-1:0] beat;
  logic [em_pkg::index_bits(Tokens*Beats)-1:0] unused_address;

  em_core #(
    .Depth   (2 + em_pkg::MulLatency),
    .Active  (Tokens * Beats),
    .Inner   (Beats),
    .EmitFrom((Tokens - 1) * Beats),
    .Copies  (Copies)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i, .ready_o, .last_i,
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(step),
    .inner_o(beat), .address_o(unused_address),
    .first_row_o(first_token), .first_vector_o(unused[0]),
    .vector_last_o(unused[1]), .sequence_last_o(unused[2]),
    .context_o(unused_context), .context_done_o(unused_context_done)
  );

  logic [Par*SumBits-1:0] older, sums_d, sums_q;

  em_ram #(
    .Width(Par * SumBits),
    .Depth(Beats)
  ) u_sums (
    .clk_i,
    .write_i        (step),
    .write_address_i(beat),
    .data_i         (sums_d),
    .read_address_i (beat),
    .data_o         (older)
  );

  for (genvar i = 0; i < Par; i++) begin : gen_result
    localparam int Copy = i * Copies / Par;
    logic [ProductBits-1:0] product;
    logic [YBits-1:0]       y_d, y_q;

    assign sums_d[i*SumBits +: SumBits] =
        (first_token ? '0 : older[i*SumBits +: SumBits]) +
        SumBits'($signed(data_i[i*XBits +: XBits]));

    em_mul #(
      .ABits(SumBits),
      .BBits(em_pkg::MeanReciprocalBits)
    ) u_mul (
      .clk_i,
      .advance_i(advance[Copy]),
      .a_i      (sums_q[i*SumBits +: SumBits]),
      .b_i      (Reciprocal),
      .product_o(product)
    );

    em_requantise #(
      .InBits (ProductBits),
      .OutBits(YBits),
      .Shift  (Shift)
    ) u_requantise (
      .context_i(1'b0),
      .value_i  (product),
      .value_o  (y_d)
    );

    always_ff @(posedge clk_i) begin
      if (advance[Copy]) begin
        sums_q[i*SumBits +: SumBits] <= sums_d[i*SumBits +: SumBits];
        y_q                          <= y_d;
      end
    end

    assign data_o[i*YBits +: YBits] = y_q;
  end

endmodule
