// SPDX-License-Identifier: Apache-2.0
// A read-only memory with a registered output: the word at `address_i` comes one cycle later. Block
// asks for block memory; else it is built from look-up tables.
module em_rom #(
  parameter int Width = 8,
  parameter int Depth = 16,
  parameter bit Block = 1'b0,
  parameter Init = "",  // file of hexadecimal words
  localparam int AddressBits = em_pkg::index_bits(Depth)
) (
  input  logic                   clk_i,
  input  logic                   advance_i,
  input  logic [AddressBits-1:0] address_i,
  output logic [Width-1:0]       data_o
);

`ifndef __ICARUS__
  if (Width < 1 || Depth < 1) begin : gen_bad_size
    $error("em_rom: Width = %0d, Depth = %0d: must be 1 or more", Width, Depth);
  end
`endif

  logic [Width-1:0] data_q;

  if (Block) begin : gen_block
    (* rom_style = "block" *) logic [Width-1:0] words[Depth];
    initial if (Init != "") $readmemh(Init, words);
    always_ff @(posedge clk_i) begin
      if (advance_i) data_q <= words[address_i];
    end
  end else begin : gen_distributed
    (* rom_style = "distributed" *) logic [Width-1:0] words[Depth];
    initial if (Init != "") $readmemh(Init, words);
    always_ff @(posedge clk_i) begin
      if (advance_i) data_q <= words[address_i];
    end
  end

  assign data_o = data_q;

endmodule
