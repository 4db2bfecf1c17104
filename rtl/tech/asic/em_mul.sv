// SPDX-License-Identifier: Apache-2.0
// The signed multiplier of tech/generic/em_mul.sv for gates: a row of additions for every bit of b,
// without extending signs (Baugh and Wooley).
//
// Products of one sign bit and another bit count negatively. Each is put in as its complement, and
// what that adds is a constant: of A and B bits
//
//   2^(A-1) + 2^(B-1) + 2^(A+B-1)   modulo 2^(A+B)
//
// is missing in the sum. Both registers have one clock gate.
module em_mul #(
  parameter int ABits = 8,
  parameter int BBits = 8,
  parameter bit RegisterB = 1'b0
) (
  input  logic                   clk_i,
  input  logic                   advance_i,
  input  logic [ABits-1:0]       a_i,
  input  logic [BBits-1:0]       b_i,
  output logic [ABits+BBits-1:0] product_o
);

`ifndef __ICARUS__
  if (ABits < 2 || BBits < 2) begin : gen_bad_size
    $error("em_mul: ABits = %0d, BBits = %0d: must be 2 or more", ABits, BBits);
  end
  if (em_pkg::MulLatency != 2) $error("em_mul: 2 registers, not %0d", em_pkg::MulLatency);
`endif

  localparam int Bits = ABits + BBits;

  logic             clk;
  logic [BBits-1:0] b;
  logic [ABits:0]   sum;
  logic [Bits-1:0]  product_d, product_q, result_q;

  em_delay #(
    .Width(BBits),
    .Depth(32'(RegisterB))
  ) u_b (
    .clk_i, .advance_i, .data_i(b_i), .data_o(b)
  );

  // Every row settles a bit of the product; what is above it goes to the next row.
  always_comb begin
    sum = (ABits+1)'(1) << ABits;  // so that the first row begins with 2^(A-1)
    product_d = '0;
    for (int i = 0; i < BBits - 1; i++) begin
      sum = (sum >> 1) + {1'b0, ~(a_i[ABits-1] & b[i]), a_i[ABits-2:0] & {(ABits-1){b[i]}}};
      product_d[i] = sum[0];
    end
    sum = (sum >> 1) + {1'b0, a_i[ABits-1] & b[BBits-1],
                        ~(a_i[ABits-2:0] & {(ABits-1){b[BBits-1]}})} + (ABits+1)'(1);  // 2^(B-1)
    product_d[Bits-1:BBits-1] = {~sum[ABits], sum[ABits-1:0]};  // 2^(A+B-1)
  end

  em_clock_gate u_gate (
    .clk_i,
    .enable_i(advance_i),
    .clk_o   (clk)
  );

  always_ff @(posedge clk) begin
    product_q <= product_d;
    result_q  <= product_q;
  end

  assign product_o = result_q;

endmodule
