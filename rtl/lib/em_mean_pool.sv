// SPDX-License-Identifier: Apache-2.0
// The mean over the Tokens tokens of a sequence: docs/arithmetic.md, section 11. Sums wait in a
// memory; the last token's sums are multiplied by the reciprocal and leave.
module em_mean_pool #(
  parameter int unsigned Par = 4,
  parameter int unsigned Beats = 5,
  parameter int unsigned Tokens = 16,
  parameter int unsigned XBits = 8,
  parameter int unsigned YBits = 8,
  parameter int unsigned SumBits = 13,
  parameter logic [15:0] Reciprocal = 16'd16384,
  parameter logic [7:0] Shift = '0,
  localparam int unsigned Depth = 2 + em_pkg::mul_latency()
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

  localparam int unsigned TokenBits = em_pkg::index_bits(Tokens);
  localparam int unsigned BeatBits = em_pkg::index_bits(Beats);

  logic                 advance, step, sequence_last;
  logic                 unused_inner_last, unused_vector_last, unused_first, unused_context;
  logic [TokenBits-1:0] token;
  logic [BeatBits-1:0]  beat;
  logic [em_pkg::index_bits(Tokens*Beats)-1:0] unused_address;

  em_sequencer #(
    .Outer(Tokens),
    .Inner(Beats)
  ) u_sequencer (
    .clk_i,
    .rst_ni,
    .advance_i      (advance),
    .valid_i,
    .last_i,
    .step_o         (step),
    .outer_o        (token),
    .inner_o        (beat),
    .address_o      (unused_address),
    .inner_last_o   (unused_inner_last),
    .vector_last_o  (unused_vector_last),
    .sequence_last_o(sequence_last),
    .first_o        (unused_first),
    .context_o      (unused_context)
  );

  assign ready_o = step;

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

  always_ff @(posedge clk_i) begin
    if (advance) sums_q <= sums_d;
  end

  for (genvar i = 0; i < Par; i++) begin : gen_result
    logic [SumBits+15:0] product;
    logic [YBits-1:0]    y_d, y_q;

    assign sums_d[i*SumBits +: SumBits] =
        ((token == '0) ? '0 : older[i*SumBits +: SumBits]) +
        SumBits'($signed(data_i[i*XBits +: XBits]));

    em_mul #(
      .ABits(SumBits),
      .BBits(16)
    ) u_mul (
      .clk_i,
      .advance_i(advance),
      .a_i      (sums_q[i*SumBits +: SumBits]),
      .b_i      (Reciprocal),
      .product_o(product)
    );

    em_requantise #(
      .InBits (SumBits + 16),
      .OutBits(YBits),
      .Shift  (Shift)
    ) u_requantise (
      .context_i(1'b0),
      .value_i  (product),
      .value_o  (y_d)
    );

    always_ff @(posedge clk_i) begin
      if (advance) y_q <= y_d;
    end

    assign data_o[i*YBits +: YBits] = y_q;
  end

  em_pipe #(
    .Depth(Depth)
  ) u_pipe (
    .clk_i,
    .rst_ni,
    .emit_i   (step & (token == TokenBits'(Tokens - 1))),
    .last_i   (sequence_last),
    .advance_o(advance),
    .valid_o,
    .ready_i,
    .last_o
  );

endmodule
