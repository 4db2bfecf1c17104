// SPDX-License-Identifier: Apache-2.0
// round_shift, then saturate (docs/arithmetic.md, sections 2 and 3): for shift > 0,
// floor((v + 2^(shift-1)) / 2^shift), that is, add half and shift arithmetically; for shift <= 0,
// v * 2^-shift; then clamped to [-2^(OutBits-1), 2^(OutBits-1) - 1]. Combinational.
module em_requantise #(
  parameter int InBits = 20,
  parameter int OutBits = 8,
  parameter int Contexts = 1,
  parameter logic [Contexts*8-1:0] Shift = '0,  // of each context, signed, -62 .. 62
  localparam int ContextBits = em_pkg::index_bits(Contexts)
) (
  input  logic [ContextBits-1:0] context_i,
  input  logic [InBits-1:0]      value_i,
  output logic [OutBits-1:0]     value_o
);

`ifndef __ICARUS__
  if (InBits < 1 || Contexts < 1) begin : gen_bad_size
    $error("em_requantise: InBits = %0d, Contexts = %0d: must be 1 or more", InBits, Contexts);
  end
  if (OutBits < 2) $error("em_requantise: OutBits = %0d: must be 2 or more", OutBits);
`endif

  logic [Contexts*OutBits-1:0] values;

  for (genvar c = 0; c < Contexts; c++) begin : gen_context
    localparam int S = 32'($signed(Shift[c*8 +: 8]));
`ifndef __ICARUS__
    if (S < -62 || S > 62) $error("em_requantise: Shift = %0d: must be -62 .. 62", S);
`endif

    // Bits of the shifted value before saturation: rounding up may need one more.
    localparam int Work = (S > 0) ? ((S > InBits ? S : InBits) + 1) : (InBits - S);
    localparam int Kept = (S > 0) ? (Work - S) : Work;
    logic signed [Work-1:0] wide;
    logic        [Kept-1:0] shifted;

    if (S > 0) begin : gen_right
      logic signed [Work-1:0] half;
      assign half = Work'(1) << (S - 1);
      assign wide = Work'($signed(value_i)) + half;
      assign shifted = wide[Work-1:S];
      logic [S-1:0] unused_fraction;
      assign unused_fraction = wide[S-1:0];
    end else begin : gen_left
      assign wide = Work'($signed(value_i)) <<< (-S);
      assign shifted = wide;
    end

    if (Kept <= OutBits) begin : gen_fits
      assign values[c*OutBits +: OutBits] = OutBits'($signed(shifted));
    end else begin : gen_saturate
      logic over;  // the bits above the result's sign are not all like it
      assign over = (shifted[Kept-1:OutBits-1] != {(Kept-OutBits+1){shifted[Kept-1]}});
      assign values[c*OutBits +: OutBits] =
          over ? {shifted[Kept-1], {(OutBits-1){~shifted[Kept-1]}}} : shifted[OutBits-1:0];
    end
  end

  if (Contexts == 1) begin : gen_one
    logic unused_context;
    assign unused_context = ^context_i;
    assign value_o = values;
  end else begin : gen_many
    always_comb begin
      value_o = values[OutBits-1:0];
      for (int c = 1; c < Contexts; c++) begin
        if (context_i == ContextBits'(c)) value_o = values[c*OutBits +: OutBits];
      end
    end
  end

endmodule
