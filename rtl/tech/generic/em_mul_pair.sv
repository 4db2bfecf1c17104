// SPDX-License-Identifier: Apache-2.0
// Two signed products that share an operand, each as of em_mul: two multipliers.
module em_mul_pair #(
  parameter int ABits = 8,
  parameter int BBits = 8
) (
  input  logic                       clk_i,
  input  logic                       advance_i,
  input  logic [ABits-1:0]           a_i,
  input  logic [2*BBits-1:0]         b_i,
  output logic [2*(ABits+BBits)-1:0] products_o  // a * the lower b in the lower half
);

  for (genvar i = 0; i < 2; i++) begin : gen_product
    em_mul #(
      .ABits(ABits),
      .BBits(BBits)
    ) u_mul (
      .clk_i,
      .advance_i,
      .a_i,
      .b_i      (b_i[i*BBits +: BBits]),
      .product_o(products_o[i*(ABits+BBits) +: ABits+BBits])
    );
  end

endmodule
