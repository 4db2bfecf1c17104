// SPDX-License-Identifier: Apache-2.0
// The signed multiplier of tech/generic/em_mul.sv for UltraScale+: one DSP48E2 with its product and
// result registers (M, P), and that of the operand that comes first (A or B), for operands of at
// most 27 and 18 bits; larger ones are left to the synthesiser.
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
  if (ABits < 1 || BBits < 1) begin : gen_bad_size
    $error("em_mul: ABits = %0d, BBits = %0d: must be 1 or more", ABits, BBits);
  end
  if (em_pkg::MulLatency != 2) $error("em_mul: 2 registers, not %0d", em_pkg::MulLatency);
`endif

  localparam int Bits = ABits + BBits;
  localparam bit Swap = (BBits > ABits);  // the wider operand goes to the 27-bit port
  localparam int Wide = Swap ? BBits : ABits;
  localparam int Narrow = Swap ? ABits : BBits;

  if ((Wide <= 27) && (Narrow <= 18)) begin : gen_dsp
    logic [29:0] a;
    logic [17:0] b;
    logic [47:0] p;
    localparam bit RegisterA1 = Swap & RegisterB, RegisterB1 = ~Swap & RegisterB;

    if (Swap) begin : gen_swap
      assign a = 30'($signed(b_i));
      assign b = 18'($signed(a_i));
    end else begin : gen_same
      assign a = 30'($signed(a_i));
      assign b = 18'($signed(b_i));
    end
    assign product_o = p[Bits-1:0];

    DSP48E2 #(
      .ACASCREG     (32'(RegisterA1)),
      .ADREG        (0),
      .ALUMODEREG   (0),
      .AREG         (32'(RegisterA1)),
      .BCASCREG     (32'(RegisterB1)),
      .BREG         (32'(RegisterB1)),
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
      .A            (a),
      .B            (b),
      .C            (48'd0),
      .D            (27'd0),
      .P            (p),
      .ACIN         (30'd0),
      .BCIN         (18'd0),
      .PCIN         (48'd0),
      .ALUMODE      (4'd0),
      .CARRYIN      (1'b0),
      .CARRYINSEL   (3'd0),
      .CARRYCASCIN  (1'b0),
      .INMODE       (5'd0),
      .MULTSIGNIN   (1'b0),
      .OPMODE       (9'b000000101),  // P = M
      .CEA1         (1'b0),
      .CEA2         (RegisterA1 & advance_i),
      .CEAD         (1'b0),
      .CEALUMODE    (1'b0),
      .CEB1         (1'b0),
      .CEB2         (RegisterB1 & advance_i),
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
  end else begin : gen_inferred
    logic [BBits-1:0]       b;
    logic signed [Bits-1:0] product_d, product_q, result_q;

    em_delay #(
      .Width(BBits),
      .Depth(32'(RegisterB))
    ) u_b (
      .clk_i, .advance_i, .data_i(b_i), .data_o(b)
    );

    assign product_d = Bits'($signed(a_i)) * Bits'($signed(b));

    always_ff @(posedge clk_i) begin
      if (advance_i) begin
        product_q <= product_d;
        result_q  <= product_q;
      end
    end

    assign product_o = result_q;
  end

endmodule
