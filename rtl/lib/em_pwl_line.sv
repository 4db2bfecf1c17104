// SPDX-License-Identifier: Apache-2.0
// The line that x falls on: index = number of knots k with k <= x (docs/arithmetic.md, section 7).
// Tables of all contexts stand one after the other, the first in the lowest bits. Combinational.
module em_pwl_line #(
  parameter int Knots = 18,
  parameter int XBits = 8,
  parameter int SlopeBits = 12,
  parameter int InterceptBits = 24,
  parameter int Contexts = 1,
  parameter logic [Contexts*Knots*(XBits+1)-1:0] KnotTable = '0,
  parameter logic [Contexts*(Knots+1)*SlopeBits-1:0] SlopeTable = '0,
  parameter logic [Contexts*(Knots+1)*InterceptBits-1:0] InterceptTable = '0,
  localparam int ContextBits = em_pkg::index_bits(Contexts)
) (
  input  logic [ContextBits-1:0]   context_i,
  input  logic [XBits-1:0]         x_i,
  output logic [SlopeBits-1:0]     slope_o,
  output logic [InterceptBits-1:0] intercept_o
);

`ifndef __ICARUS__
  if (Knots < 1 || XBits < 1 || Contexts < 1) begin : gen_bad_size
    $error("em_pwl_line: Knots = %0d, XBits = %0d, Contexts = %0d: must be 1 or more", Knots, XBits,
           Contexts);
  end
  if (SlopeBits < 1 || InterceptBits < 1) begin : gen_bad_bits
    $error("em_pwl_line: SlopeBits = %0d, InterceptBits = %0d: must be 1 or more", SlopeBits,
           InterceptBits);
  end
  for (genvar k = 1; k < Contexts * Knots; k++) begin : gen_check
    localparam int Knot = 32'($signed(KnotTable[k*(XBits+1) +: XBits+1]));
    localparam int Before = 32'($signed(KnotTable[(k-1)*(XBits+1) +: XBits+1]));
    if (k % Knots != 0 && Knot < Before) begin : gen_bad
      $error("em_pwl_line: KnotTable: %0d comes behind %0d", Knot, Before);
    end
  end
`endif

  localparam int LineBits = SlopeBits + InterceptBits;

  logic [Contexts*LineBits-1:0] lines;

  // Knots do not decrease, so the last one at or below x says the line. Comparing with the sign bit
  // inverted orders signed numbers as unsigned ones.
  localparam logic [XBits:0] Sign = (XBits+1)'(1) << XBits;
  logic [XBits:0] x;

  assign x = (XBits+1)'($signed(x_i)) ^ Sign;

  always_comb begin
    for (int c = 0; c < Contexts; c++) begin
      lines[c*LineBits +: LineBits] = {
        SlopeTable[c*(Knots+1)*SlopeBits +: SlopeBits],
        InterceptTable[c*(Knots+1)*InterceptBits +: InterceptBits]
      };
      for (int k = 0; k < Knots; k++) begin
        if (x >= (KnotTable[(c*Knots+k)*(XBits+1) +: XBits+1] ^ Sign)) begin
          lines[c*LineBits +: LineBits] = {
            SlopeTable[(c*(Knots+1)+k+1)*SlopeBits +: SlopeBits],
            InterceptTable[(c*(Knots+1)+k+1)*InterceptBits +: InterceptBits]
          };
        end
      end
    end
  end

  if (Contexts == 1) begin : gen_one
    logic unused_context;
    assign unused_context = ^context_i;
    assign {slope_o, intercept_o} = lines;
  end else begin : gen_many
    always_comb begin
      {slope_o, intercept_o} = lines[LineBits-1:0];
      for (int c = 1; c < Contexts; c++) begin
        if (context_i == ContextBits'(c)) begin
          {slope_o, intercept_o} = lines[c*LineBits +: LineBits];
        end
      end
    end
  end

endmodule
