// SPDX-License-Identifier: Apache-2.0
// Accumulators of channels that have weight exponents of their own, aligned to the smallest:
// value << offset of the channel, 0 .. MaxOffset (docs/arithmetic.md, section 5). A beat has Par
// channels. An offset word holds Par offsets, the words are (contexts, Beats); context and beat
// come Delay cycles before the values. With MaxOffset 0 there is no memory, and values pass.
module em_channel_shift #(
  parameter int Par = 4,
  parameter int InBits = 20,
  parameter int MaxOffset = 7,
  parameter int Beats = 10,
  parameter int Contexts = 1,
  parameter int Delay = 4,
  parameter OffsetInit = "",
  localparam int OutBits = InBits + MaxOffset,
  localparam int BeatBits = em_pkg::index_bits(Beats),
  localparam int ContextBits = em_pkg::index_bits(Contexts)
) (
  input  logic                   clk_i,
  input  logic                   advance_i,
  input  logic [ContextBits-1:0] context_i,
  input  logic [BeatBits-1:0]    beat_i,
  input  logic [Par*InBits-1:0]  values_i,
  output logic [Par*OutBits-1:0] values_o
);

`ifndef __ICARUS__
  if (Par < 1 || InBits < 1 || Delay < 1) begin : gen_bad_size
    $error("em_channel_shift: Par = %0d, InBits = %0d, Delay = %0d: must be 1 or more", Par, InBits,
           Delay);
  end
  if (Beats < 1 || Contexts < 1) begin : gen_bad_beats
    $error("em_channel_shift: Beats = %0d, Contexts = %0d: must be 1 or more", Beats, Contexts);
  end
  if (MaxOffset > 7) $error("em_channel_shift: MaxOffset = %0d: must be 0 .. 7", MaxOffset);
`endif

  if (MaxOffset == 0) begin : gen_pass
    logic unused_place;
    assign unused_place = clk_i ^ advance_i ^ (^context_i) ^ (^beat_i);
    assign values_o = values_i;
  end else begin : gen_shift
    localparam int Words = Beats * Contexts;
    localparam int AddressBits = em_pkg::index_bits(Words);
    localparam int OffsetBits = em_pkg::index_bits(MaxOffset + 1);
    logic [AddressBits-1:0]    address_now, address;
    logic [Par*OffsetBits-1:0] offsets;

    if (Contexts == 1) begin : gen_one
      logic unused_context;
      assign unused_context = ^context_i;
      assign address_now = beat_i;
    end else begin : gen_many
      always_comb begin
        address_now = AddressBits'(beat_i);
        for (int c = 1; c < Contexts; c++) begin
          if (context_i == ContextBits'(c)) begin
            address_now = AddressBits'(beat_i) + AddressBits'(c * Beats);
          end
        end
      end
    end

    em_delay #(
      .Width(AddressBits),
      .Depth(Delay - 1)
    ) u_address (
      .clk_i, .advance_i, .data_i(address_now), .data_o(address)
    );

    em_rom #(
      .Width(Par * OffsetBits),
      .Depth(Words),
      .Init (OffsetInit)
    ) u_offsets (
      .clk_i, .advance_i, .address_i(address), .data_o(offsets)
    );

    always_comb begin
      for (int i = 0; i < Par; i++) begin
        values_o[i*OutBits +: OutBits] =
            OutBits'($signed(values_i[i*InBits +: InBits])) << offsets[i*OffsetBits +: OffsetBits];
      end
    end
  end

endmodule
