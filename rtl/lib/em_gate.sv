// SPDX-License-Identifier: Apache-2.0
// y = requantise(x0 * x1), element by element: docs/arithmetic.md, section 9. Two input streams,
// x0 in the low bits; a beat of Par elements a cycle, with Par multipliers.
module em_gate #(
  parameter int unsigned Par = 4,
  parameter int unsigned Beats = 10,
  parameter int unsigned X0Bits = 8,
  parameter int unsigned X1Bits = 8,
  parameter int unsigned YBits = 8,
  parameter int unsigned Contexts = 1,
  parameter logic [Contexts*8-1:0] Shift = '0,
  localparam int unsigned Depth = 2 + em_pkg::mul_latency()
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  valid0_i,
  output logic                  ready0_o,
  input  logic [Par*X0Bits-1:0] data0_i,
  input  logic                  last0_i,
  input  logic                  valid1_i,
  output logic                  ready1_o,
  input  logic [Par*X1Bits-1:0] data1_i,
  input  logic                  last1_i,
  output logic                  valid_o,
  input  logic                  ready_i,
  output logic [Par*YBits-1:0]  data_o,
  output logic                  last_o
);

  localparam int unsigned ContextBits = em_pkg::index_bits(Contexts);

  logic                   advance, step, sequence_last, unused_last;
  logic                   unused_inner, unused_inner_last, unused_vector_last, unused_first;
  logic [em_pkg::index_bits(Beats)-1:0]          unused_outer;
  logic [em_pkg::index_bits(Beats*Contexts)-1:0] unused_address;
  logic [ContextBits-1:0] context_now, context_done;

  em_sequencer #(
    .Outer   (Beats),
    .Contexts(Contexts)
  ) u_sequencer (
    .clk_i,
    .rst_ni,
    .advance_i      (advance),
    .valid_i        (valid0_i & valid1_i),
    .last_i         (last0_i),
    .step_o         (step),
    .outer_o        (unused_outer),
    .inner_o        (unused_inner),
    .address_o      (unused_address),
    .inner_last_o   (unused_inner_last),
    .vector_last_o  (unused_vector_last),
    .sequence_last_o(sequence_last),
    .first_o        (unused_first),
    .context_o      (context_now)
  );

  assign ready0_o = step;
  assign ready1_o = step;
  assign unused_last = last1_i;

  em_delay #(
    .Width(ContextBits),
    .Depth(Depth - 1)
  ) u_context (
    .clk_i, .advance_i(advance), .data_i(context_now), .data_o(context_done)
  );

  for (genvar i = 0; i < Par; i++) begin : gen_result
    logic [X0Bits-1:0]        x0_q;
    logic [X1Bits-1:0]        x1_q;
    logic [X0Bits+X1Bits-1:0] product;
    logic [YBits-1:0]         y_d, y_q;

    em_mul #(
      .ABits(X0Bits),
      .BBits(X1Bits)
    ) u_mul (
      .clk_i,
      .advance_i(advance),
      .a_i      (x0_q),
      .b_i      (x1_q),
      .product_o(product)
    );

    em_requantise #(
      .InBits  (X0Bits + X1Bits),
      .OutBits (YBits),
      .Contexts(Contexts),
      .Shift   (Shift)
    ) u_requantise (
      .context_i(context_done),
      .value_i  (product),
      .value_o  (y_d)
    );

    always_ff @(posedge clk_i) begin
      if (advance) begin
        x0_q <= data0_i[i*X0Bits +: X0Bits];
        x1_q <= data1_i[i*X1Bits +: X1Bits];
        y_q  <= y_d;
      end
    end

    assign data_o[i*YBits +: YBits] = y_q;
  end

  em_pipe #(
    .Depth(Depth)
  ) u_pipe (
    .clk_i,
    .rst_ni,
    .emit_i   (step),
    .last_i   (sequence_last),
    .advance_o(advance),
    .valid_o,
    .ready_i,
    .last_o
  );

endmodule
