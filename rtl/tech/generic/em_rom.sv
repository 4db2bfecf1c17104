// SPDX-License-Identifier: Apache-2.0
// A read-only memory with a registered output: the word at `address_i` comes one cycle later. Block
// asks for block memory; else it is built from look-up tables. The enable may come in copies, each
// for a part of the word (em_core).
module em_rom #(
  parameter int Width = 8,
  parameter int Depth = 16,
  parameter bit Block = 1'b0,
  parameter Init = "",  // file of hexadecimal words
  parameter int Copies = 1,
  localparam int AddressBits = em_pkg::index_bits(Depth)
) (
  input  logic                   clk_i,
  input  logic [Copies-1:0]      advance_i,
  input  logic [AddressBits-1:0] address_i,
  output logic [Width-1:0]       data_o
);

`ifndef __ICARUS__
  if (Width < 1 || Depth < 1) begin : gen_bad_size
    $error("em_rom: Width = %0d, Depth = %0d: must be 1 or more", Width, Depth);
  end
  if (Copies < 1 || Copies > Width) begin : gen_bad_copies
    $error("em_rom: Copies = %0d: must be 1 .. Width = %0d", Copies, Width);
  end
`endif

  // Few words make few columns that differ, and those that do not share a register.
  localparam int Used = (Block || (Depth <= 8)) ? 1 : Copies;

  logic [Width-1:0] data_q;

  if (Used < Copies) begin : gen_unused
    logic unused_copies;
    assign unused_copies = ^advance_i;
  end

  if (Block) begin : gen_block
    (* rom_style = "block" *) logic [Width-1:0] words[Depth];
    initial if (Init != "") $readmemh(Init, words);
    always_ff @(posedge clk_i) begin
      if (advance_i[0]) data_q <= words[address_i];
    end
  end else begin : gen_distributed
    (* rom_style = "distributed" *) logic [Width-1:0] words[Depth];
    logic [Width-1:0] word;
    initial if (Init != "") $readmemh(Init, words);
    assign word = words[address_i];
    for (genvar c = 0; c < Used; c++) begin : gen_part
      localparam int From = c * Width / Used, To = (c + 1) * Width / Used;
      always_ff @(posedge clk_i) begin
        if (advance_i[c]) data_q[From +: To-From] <= word[From +: To-From];
      end
    end
  end

  assign data_o = data_q;

endmodule
