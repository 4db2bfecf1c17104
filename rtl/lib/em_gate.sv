// SPDX-License-Identifier: Apache-2.0
// y = requantise(x0 * x1), element by element: docs/arithmetic.md, section 9. Two input streams,
// x0 in the low bits; a beat of Par elements a cycle, with Par multipliers.
module em_gate #(
  parameter int Par = 4,
  parameter int Beats = 10,
  parameter int X0Bits = 8,
  parameter int X1Bits = 8,
  parameter int YBits = 8,
  parameter int Contexts = 1,
  parameter logic [Contexts*8-1:0] Shift = '0
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

`ifndef __ICARUS__
  if (Par < 1 || Beats < 1 || Contexts < 1) begin : gen_bad_size
    $error("em_gate: Par = %0d, Beats = %0d, Contexts = %0d: must be 1 or more", Par, Beats,
           Contexts);
  end
  if (X0Bits < 1 || X1Bits < 1) begin : gen_bad_bits
    $error("em_gate: X0Bits = %0d, X1Bits = %0d: must be 1 or more", X0Bits, X1Bits);
  end
`endif

  localparam int ContextBits = em_pkg::index_bits(Contexts);
  localparam int Copies = em_pkg::enable_copies(Par, X0Bits + X1Bits + YBits + 2);

  logic [Copies-1:0]      advance;
  logic [4:0]             unused;
  logic [ContextBits-1:0] unused_context, context_done;
  logic [em_pkg::index_bits(Beats)-1:0]          unused_inner;
  logic [em_pkg::index_bits(Beats*Contexts)-1:0] unused_address;

  em_core #(
    .Inputs  (2),
    .Depth   (2 + em_pkg::MulLatency),
    .Active  (Beats),
    .Contexts(Contexts),
    .Copies  (Copies)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i({valid1_i, valid0_i}), .ready_o({ready1_o, ready0_o}), .last_i({last1_i, last0_i}),
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(unused[0]),
    .inner_o(unused_inner), .address_o(unused_address),
    .first_row_o(unused[1]), .first_vector_o(unused[2]),
    .vector_last_o(unused[3]), .sequence_last_o(unused[4]),
    .context_o(unused_context), .context_done_o(context_done)
  );

  for (genvar i = 0; i < Par; i++) begin : gen_result
    localparam int Copy = i * Copies / Par;
    logic [X0Bits-1:0]        x0_q;
    logic [X1Bits-1:0]        x1_q;
    logic [X0Bits+X1Bits-1:0] product;
    logic [YBits-1:0]         y_d, y_q;

    em_mul #(
      .ABits(X0Bits),
      .BBits(X1Bits)
    ) u_mul (
      .clk_i,
      .advance_i(advance[Copy]),
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
      if (advance[Copy]) begin
        x0_q <= data0_i[i*X0Bits +: X0Bits];
        x1_q <= data1_i[i*X1Bits +: X1Bits];
        y_q  <= y_d;
      end
    end

    assign data_o[i*YBits +: YBits] = y_q;
  end

endmodule
