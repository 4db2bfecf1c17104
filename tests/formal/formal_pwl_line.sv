// SPDX-License-Identifier: Apache-2.0
// em_pwl_line against docs/arithmetic.md, section 7: line i is that from knot i - 1 up to but not
// including knot i; the first has no knot before it, the last none behind it.
module formal_pwl_line #(
  parameter int Knots = 3,
  parameter int XBits = 8,
  parameter int SlopeBits = 12,
  parameter int InterceptBits = 24,
  parameter int Contexts = 1,
  parameter logic [Contexts*Knots*(XBits+1)-1:0] KnotTable = '0,
  parameter logic [Contexts*(Knots+1)*SlopeBits-1:0] SlopeTable = '0,
  parameter logic [Contexts*(Knots+1)*InterceptBits-1:0] InterceptTable = '0,
  localparam int ContextBits = em_pkg::index_bits(Contexts)
) (
  input logic [ContextBits-1:0] context_i,
  input logic [XBits-1:0]       x_i
);

  logic [SlopeBits-1:0]     slope;
  logic [InterceptBits-1:0] intercept;

  em_pwl_line #(
    .Knots(Knots), .XBits(XBits), .SlopeBits(SlopeBits), .InterceptBits(InterceptBits),
    .Contexts(Contexts), .KnotTable(KnotTable), .SlopeTable(SlopeTable),
    .InterceptTable(InterceptTable)
  ) u_dut (
    .context_i, .x_i, .slope_o(slope), .intercept_o(intercept)
  );

  for (genvar c = 0; c < Contexts; c++) begin : gen_context
    logic [Knots-1:0] below;
    for (genvar k = 0; k < Knots; k++) begin : gen_knot
      localparam logic signed [XBits:0] Knot = KnotTable[(c*Knots+k)*(XBits+1) +: XBits+1];
      assign below[k] = (Knot <= $signed({x_i[XBits-1], x_i}));
    end

    for (genvar i = 0; i <= Knots; i++) begin : gen_line
      logic from, to;
      if (i == 0) assign from = 1'b1;
      else assign from = below[i-1];
      if (i == Knots) assign to = 1'b1;
      else assign to = ~below[i];
      always @(*) begin
        if ((Contexts == 1 || context_i == ContextBits'(c)) && from && to) begin
          assert (slope == SlopeTable[(c*(Knots+1)+i)*SlopeBits +: SlopeBits]);
          assert (intercept == InterceptTable[(c*(Knots+1)+i)*InterceptBits +: InterceptBits]);
        end
      end
    end
  end

endmodule
