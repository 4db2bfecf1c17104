// SPDX-License-Identifier: Apache-2.0
// 1 / x, or 1 / sqrt(x), from a table of the leading bits of x: docs/arithmetic.md, section 15. In
// three registers; 0 for x = 0; what OutBits do not hold becomes the largest that they do.
module em_leading_reciprocal #(
  parameter int InBits = 24,
  parameter int OutBits = 21,  // both unsigned
  parameter bit Root = 1'b0,
  parameter int Fraction = 22,  // fraction bits of the result
  parameter TableInit = ""      // 256 words, of a root 384
) (
  input  logic               clk_i,
  input  logic               advance_i,
  input  logic [InBits-1:0]  x_i,
  output logic [OutBits-1:0] reciprocal_o
);

  localparam int Words = Root ? 384 : 256;
  // An entry is shifted left by Left, and then right by the place of the leading bit, or half of
  // it.
  localparam int Left = Fraction + 8 / (Root ? 2 : 1) -
      (Root ? em_pkg::RootEntryFraction : em_pkg::ReciprocalEntryFraction);
  localparam int ValueBits = em_pkg::EntryBits + Left;
  localparam int WorkBits = ((ValueBits > OutBits) ? ValueBits : OutBits) + 1;
  localparam int AddressBits = em_pkg::index_bits(Words);
  localparam int PlaceBits = em_pkg::index_bits(InBits + 1);

`ifndef __ICARUS__
  if (InBits < 2 || OutBits < 1) begin : gen_bad_size
    $error("em_leading_reciprocal: InBits = %0d, OutBits = %0d: too few", InBits, OutBits);
  end
  if (Left < 1) $error("em_leading_reciprocal: Fraction = %0d: too small", Fraction);
`endif

  // Register 1: the leading bits, and how far they were from the lowest ones.
  logic [PlaceBits-1:0] place_d, place_q, shift_q;
  logic [8:0]           leading_d, leading_q;
  logic                 zero_q, zero_q2;

  always_comb begin
    place_d = '0;
    for (int i = 0; i < InBits; i++) begin
      if (x_i[i]) place_d = PlaceBits'(i);
    end
    if (Root && place_d[0]) place_d = PlaceBits'(place_d + 1'b1);
    leading_d = 9'({x_i, 8'd0} >> place_d);
  end

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      place_q   <= place_d;
      leading_q <= leading_d;
      zero_q    <= (x_i == '0);
      shift_q   <= Root ? (place_q >> 1) : place_q;
      zero_q2   <= zero_q;
    end
  end

  // Register 2: the entry.
  logic [AddressBits-1:0]       index;
  logic [em_pkg::EntryBits-1:0] entry;

  assign index = AddressBits'(Root ? leading_q - 9'd128 : leading_q);

  em_rom #(
    .Width(em_pkg::EntryBits),
    .Depth(Words),
    .Init (TableInit)
  ) u_table (
    .clk_i,
    .advance_i,
    .address_i(index),
    .data_o   (entry)
  );

  // Register 3: the result, rounded and within its bits.
  logic [WorkBits-1:0] doubled, rounded;
  logic [OutBits-1:0]  result_d, result_q;

  always_comb begin
    // Twice the value, so that a half is there to round by.
    doubled  = WorkBits'({entry, {Left{1'b0}}, 1'b0} >> shift_q);
    rounded  = WorkBits'((doubled + WorkBits'(1)) >> 1);
    result_d = rounded[OutBits-1:0];
    if (zero_q2) begin
      result_d = '0;
    end else if ((rounded >> OutBits) != '0) begin
      result_d = '1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance_i) result_q <= result_d;
  end

  assign reciprocal_o = result_q;

endmodule
