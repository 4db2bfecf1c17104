// SPDX-License-Identifier: Apache-2.0
// y = requantise(x0 * 2^Left0 + x1 * 2^Left1), element by element: the residual addition of
// docs/arithmetic.md, section 10. Two input streams; a beat of Par elements a cycle.
module em_add #(
  parameter int Par = 4,
  parameter int Beats = 5,
  parameter int X0Bits = 8,
  parameter int X1Bits = 8,
  parameter int YBits = 8,
  parameter int AccBits = 12,
  parameter int Contexts = 1,
  parameter logic [Contexts*8-1:0] Left0 = '0,  // of each context, to the common exponent
  parameter logic [Contexts*8-1:0] Left1 = '0,
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
    $error("em_add: Par = %0d, Beats = %0d, Contexts = %0d: must be 1 or more", Par, Beats,
           Contexts);
  end
  if (X0Bits < 1 || X1Bits < 1) begin : gen_bad_bits
    $error("em_add: X0Bits = %0d, X1Bits = %0d: must be 1 or more", X0Bits, X1Bits);
  end
  for (genvar c = 0; c < Contexts; c++) begin : gen_check
    localparam int Bits0 = X0Bits + 32'(Left0[c*8 +: 8]);
    localparam int Bits1 = X1Bits + 32'(Left1[c*8 +: 8]);
    if (AccBits <= Bits0 || AccBits <= Bits1) begin : gen_bad
      $error("em_add: AccBits = %0d: cannot hold the sum in context %0d", AccBits, c);
    end
  end
`endif

  localparam int ContextBits = em_pkg::index_bits(Contexts);
  localparam int Copies = em_pkg::enable_copies(Par, AccBits + YBits);

  logic [Copies-1:0]      advance;
  logic [4:0]             unused;
  logic [ContextBits-1:0] context_now, context_done;
  logic [em_pkg::index_bits(Beats)-1:0]          unused_inner;
  logic [em_pkg::index_bits(Beats*Contexts)-1:0] unused_address;

  em_core #(
    .Inputs  (2),
    .Depth   (2),
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
    .context_o(context_now), .context_done_o(context_done)
  );

  for (genvar i = 0; i < Par; i++) begin : gen_result
    logic [AccBits-1:0] x0, x1, acc_d, acc_q;
    logic [YBits-1:0]   y_d, y_q;

    assign x0 = AccBits'($signed(data0_i[i*X0Bits +: X0Bits]));
    assign x1 = AccBits'($signed(data1_i[i*X1Bits +: X1Bits]));

    always_comb begin
      acc_d = AccBits'((x0 << Left0[7:0]) + (x1 << Left1[7:0]));
      for (int c = 1; c < Contexts; c++) begin
        if (context_now == ContextBits'(c)) begin
          acc_d = AccBits'((x0 << Left0[c*8 +: 8]) + (x1 << Left1[c*8 +: 8]));
        end
      end
    end

    em_requantise #(
      .InBits  (AccBits),
      .OutBits (YBits),
      .Contexts(Contexts),
      .Shift   (Shift)
    ) u_requantise (
      .context_i(context_done),
      .value_i  (acc_q),
      .value_o  (y_d)
    );

    always_ff @(posedge clk_i) begin
      if (advance[i*Copies/Par]) begin
        acc_q <= acc_d;
        y_q   <= y_d;
      end
    end

    assign data_o[i*YBits +: YBits] = y_q;
  end

endmodule
