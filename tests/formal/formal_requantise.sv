// SPDX-License-Identifier: Apache-2.0
// em_requantise against docs/arithmetic.md, sections 2 and 3, without a shift to the right, without
// rounding and without saturation: y is the result if and only if y * 2^s <= v + 2^(s-1) <
// (y + 1) * 2^s, where the least and the largest y have no bound on their outer side. For s <= 0
// the same of v * 2^-s, with nothing added and y in units of 1.
module formal_requantise #(
  parameter int InBits = 20,
  parameter int OutBits = 8,
  parameter int Contexts = 1,
  parameter logic [Contexts*8-1:0] Shift = '0,
  localparam int ContextBits = em_pkg::index_bits(Contexts)
) (
  input logic [ContextBits-1:0] context_i,
  input logic [InBits-1:0]      value_i
);

  // No product and no sum below can leave it.
  localparam int Bits = InBits + OutBits + 64;

  logic        [OutBits-1:0] result;
  logic signed [Bits-1:0]    v, y;
  logic                      least, largest;

  em_requantise #(
    .InBits(InBits), .OutBits(OutBits), .Contexts(Contexts), .Shift(Shift)
  ) u_dut (
    .context_i, .value_i, .value_o(result)
  );

  assign v       = Bits'($signed(value_i));
  assign y       = Bits'($signed(result));
  assign least   = (result == {1'b1, {(OutBits-1){1'b0}}});
  assign largest = (result == {1'b0, {(OutBits-1){1'b1}}});

  for (genvar c = 0; c < Contexts; c++) begin : gen_context
    localparam int S = 32'($signed(Shift[c*8 +: 8]));
    localparam logic signed [Bits-1:0] One = 1;
    localparam logic signed [Bits-1:0] Unit = (S > 0) ? One << S : One;
    localparam logic signed [Bits-1:0] Half = (S > 0) ? One << (S > 0 ? S - 1 : 0) : '0;
    localparam logic signed [Bits-1:0] Scale = (S < 0) ? One << -S : One;
    logic signed [Bits-1:0] exact;
    assign exact = v * Scale + Half;
    always @(*) begin
      if (Contexts == 1 || context_i == ContextBits'(c)) begin
        assert (least || y * Unit <= exact);
        assert (largest || exact < (y + One) * Unit);
      end
    end
  end

endmodule
