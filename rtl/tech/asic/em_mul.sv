// SPDX-License-Identifier: Apache-2.0
// The signed multiplier of tech/generic/em_mul.sv for gates: a term for every bit of the shorter
// operand, without extending signs (Baugh and Wooley), and a tree of full adders (Wallace).
//
// Products of one sign bit and another bit count negatively. Each is put in as its complement, and
// what that adds is a constant: of A and B bits
//
//   2^(A-1) + 2^(B-1) + 2^(A+B-1)   modulo 2^(A+B)
//
// is missing in the sum, and is a term too. Both registers have one clock gate.
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
  localparam bit Swap = (ABits < BBits);
  localparam int Long = Swap ? BBits : ABits;
  localparam int Short = Bits - Long;
  localparam int Terms = Short + 1;

  logic             clk;
  logic [BBits-1:0] b;
  logic [Long-1:0]  longer, row;
  logic [Short-1:0] shorter;
  logic [Bits-1:0]  x, y, z, product_d, product_q, result_q;

  em_delay #(
    .Width(BBits),
    .Depth(32'(RegisterB))
  ) u_b (
    .clk_i, .advance_i, .data_i(b_i), .data_o(b)
  );

  if (Swap) begin : gen_swap
    assign longer = b;
    assign shorter = a_i;
  end else begin : gen_as_they_are
    assign longer = a_i;
    assign shorter = b;
  end

  // Three terms in front become two behind the others, until two are left.
  logic [(3*Terms-4)*Bits-1:0] terms;

  always_comb begin
    terms = '0;
    for (int i = 0; i < Short; i++) begin
      row = longer & {Long{shorter[i]}};
      if (i == Short - 1) row = ~row;
      row[Long-1] = ~row[Long-1];
      terms[i*Bits+i +: Long] = row;
    end
    terms[Short*Bits +: Bits] =
        (Bits'(1) << (Long - 1)) + (Bits'(1) << (Short - 1)) + (Bits'(1) << (Bits - 1));
    for (int i = 0; i < Terms - 2; i++) begin
      x = terms[(3*i)*Bits +: Bits];
      y = terms[(3*i+1)*Bits +: Bits];
      z = terms[(3*i+2)*Bits +: Bits];
      terms[(Terms+2*i)*Bits +: Bits] = x ^ y ^ z;
      terms[(Terms+2*i+1)*Bits +: Bits] = ((x & y) | (x & z) | (y & z)) << 1;
    end
    product_d = terms[(3*Terms-6)*Bits +: Bits] + terms[(3*Terms-5)*Bits +: Bits];
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
