// SPDX-License-Identifier: Apache-2.0
// AMD's DSP48E2 (UG579) as far as this project and Yosys use it: the product of A, or of D + A, and
// B, alone or with C added, with the registers M and P or without. A configuration outside that
// ends the simulation.
module DSP48E2 #(
  parameter integer ACASCREG = 1,
  parameter integer ADREG = 1,
  parameter integer ALUMODEREG = 1,
  parameter AMULTSEL = "A",
  parameter integer AREG = 1,
  parameter A_INPUT = "DIRECT",
  parameter integer BCASCREG = 1,
  parameter BMULTSEL = "B",
  parameter integer BREG = 1,
  parameter B_INPUT = "DIRECT",
  parameter integer CARRYINREG = 1,
  parameter integer CARRYINSELREG = 1,
  parameter integer CREG = 1,
  parameter integer DREG = 1,
  parameter integer INMODEREG = 1,
  parameter integer MREG = 1,
  parameter integer OPMODEREG = 1,
  parameter integer PREG = 1,
  parameter USE_MULT = "MULTIPLY",
  parameter USE_SIMD = "ONE48"
) (
  input  logic        CLK,
  input  logic [29:0] A,
  input  logic [17:0] B,
  input  logic [47:0] C,
  input  logic [26:0] D,
  output logic [47:0] P,
  input  logic [29:0] ACIN,
  input  logic [17:0] BCIN,
  input  logic [47:0] PCIN,
  input  logic [3:0]  ALUMODE,
  input  logic        CARRYIN,
  input  logic [2:0]  CARRYINSEL,
  input  logic        CARRYCASCIN,
  input  logic [4:0]  INMODE,
  input  logic        MULTSIGNIN,
  input  logic [8:0]  OPMODE,
  input  logic        CEA1,
  input  logic        CEA2,
  input  logic        CEAD,
  input  logic        CEALUMODE,
  input  logic        CEB1,
  input  logic        CEB2,
  input  logic        CEC,
  input  logic        CECARRYIN,
  input  logic        CECTRL,
  input  logic        CED,
  input  logic        CEINMODE,
  input  logic        CEM,
  input  logic        CEP,
  input  logic        RSTA,
  input  logic        RSTALLCARRYIN,
  input  logic        RSTALUMODE,
  input  logic        RSTB,
  input  logic        RSTC,
  input  logic        RSTCTRL,
  input  logic        RSTD,
  input  logic        RSTINMODE,
  input  logic        RSTM,
  input  logic        RSTP
);

  // With at most one register in front of the multiplier and none on what controls it.
  if ((AREG > 1) || (ACASCREG != AREG) || (BREG > 1) || (BCASCREG != BREG) || (ALUMODEREG != 0) ||
      (CARRYINREG != 0) || (CARRYINSELREG != 0) || (INMODEREG != 0) || (OPMODEREG != 0) ||
      ((AMULTSEL != "A") && ((AMULTSEL != "AD") || (ADREG != 0) || (DREG != 0))) ||
      (BMULTSEL != "B") || (A_INPUT != "DIRECT") || (B_INPUT != "DIRECT") ||
      (USE_MULT != "MULTIPLY") || (USE_SIMD != "ONE48")) begin : gen_unknown
    initial $fatal(1, "DSP48E2: a configuration that this model does not know");
  end

  localparam bit PreAdder = (AMULTSEL == "AD");

  logic signed [47:0] product, m, m_q, sum, p_q;
  logic [29:0]        a, a_q;
  logic [17:0]        b, b_q;
  logic [26:0]        ad;
  logic               add_c;

  always_ff @(posedge CLK) begin
    if (RSTA) a_q <= '0;
    else if (CEA2) a_q <= A;
    if (RSTB) b_q <= '0;
    else if (CEB2) b_q <= B;
  end

  assign a = (AREG != 0) ? a_q : A;
  assign b = (BREG != 0) ? b_q : B;

  // The multiplier takes 27 of A's 30 bits; so does the pre-adder, which has no carry.
  assign ad = PreAdder ? 27'(D + a[26:0]) : a[26:0];
  assign product = 48'($signed(ad)) * 48'($signed(b));
  assign add_c = (OPMODE == 9'b000110101);
  assign sum = m + (add_c ? C : 48'd0);

  always_ff @(posedge CLK) begin
    if (RSTM) m_q <= '0;
    else if (CEM) m_q <= product;
    if (RSTP) p_q <= '0;
    else if (CEP) p_q <= sum;
  end

  assign m = (MREG != 0) ? m_q : product;
  assign P = (PREG != 0) ? p_q : sum;

  // X and Y select the product's halves, W nothing, Z nothing or C, which has no register; the ALU
  // adds; A and B come unchanged, D is added to A or not used.
  always_ff @(posedge CLK) begin
    if (((OPMODE != 9'b000000101) && !(add_c && (CREG == 0))) || (ALUMODE != '0) ||
        (INMODE != (PreAdder ? 5'b00100 : 5'b00000)) || (CARRYINSEL != '0) || CARRYIN) begin
      $fatal(1, "DSP48E2: an operation that this model does not know");
    end
  end

endmodule
