// SPDX-License-Identifier: Apache-2.0
// The two products of tech/generic/em_mul_pair.sv in one DSP48E2, for products of at most 18 bits
// and b of at most 8:
//
//   P = (b1 * 2^18 + b0) * a + 2^17 = (b1 * a) * 2^18 + (b0 * a + 2^17)
//
// The pre-adder joins the b, which then have 27 bits. What is added at last keeps the lower sum in
// 0 .. 2^18 - 1, so that it borrows nothing from the upper product. Larger operands take two
// multipliers.
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

  localparam int Bits = ABits + BBits;
  localparam int Lower = 18;

  if ((Bits <= Lower) && (BBits <= 8)) begin : gen_dsp
    logic [29:0] b0;
    logic [26:0] b1;
    logic [47:0] p;
    logic [17:0] lower;

    assign b0 = 30'($signed(b_i[BBits-1:0]));
    assign b1 = {9'($signed(b_i[2*BBits-1:BBits])), 18'd0};
    assign lower = {~p[17], p[16:0]};
    assign products_o = {p[Lower +: Bits], lower[Bits-1:0]};

    DSP48E2 #(
      .ACASCREG     (0),
      .ADREG        (0),
      .ALUMODEREG   (0),
      .AMULTSEL     ("AD"),
      .AREG         (0),
      .BCASCREG     (0),
      .BREG         (0),
      .CARRYINREG   (0),
      .CARRYINSELREG(0),
      .CREG         (0),
      .DREG         (0),
      .INMODEREG    (0),
      .MREG         (1),
      .OPMODEREG    (0),
      .PREG         (1),
      .USE_MULT     ("MULTIPLY")
    ) u_dsp (
      .CLK          (clk_i),
      .A            (b0),
      .B            (18'($signed(a_i))),
      .C            (48'h20000),
      .D            (b1),
      .P            (p),
      .ACIN         (30'd0),
      .BCIN         (18'd0),
      .PCIN         (48'd0),
      .ALUMODE      (4'd0),
      .CARRYIN      (1'b0),
      .CARRYINSEL   (3'd0),
      .CARRYCASCIN  (1'b0),
      .INMODE       (5'b00100),      // AD = D + A
      .MULTSIGNIN   (1'b0),
      .OPMODE       (9'b000110101),  // P = C + M
      .CEA1         (1'b0),
      .CEA2         (1'b0),
      .CEAD         (1'b0),
      .CEALUMODE    (1'b0),
      .CEB1         (1'b0),
      .CEB2         (1'b0),
      .CEC          (1'b0),
      .CECARRYIN    (1'b0),
      .CECTRL       (1'b0),
      .CED          (1'b0),
      .CEINMODE     (1'b0),
      .CEM          (advance_i),
      .CEP          (advance_i),
      .RSTA         (1'b0),
      .RSTALLCARRYIN(1'b0),
      .RSTALUMODE   (1'b0),
      .RSTB         (1'b0),
      .RSTC         (1'b0),
      .RSTCTRL      (1'b0),
      .RSTD         (1'b0),
      .RSTINMODE    (1'b0),
      .RSTM         (1'b0),
      .RSTP         (1'b0)
    );
  end else begin : gen_two
    for (genvar i = 0; i < 2; i++) begin : gen_product
      em_mul #(
        .ABits(ABits),
        .BBits(BBits)
      ) u_mul (
        .clk_i,
        .advance_i,
        .a_i,
        .b_i      (b_i[i*BBits +: BBits]),
        .product_o(products_o[i*Bits +: Bits])
      );
    end
  end

endmodule
