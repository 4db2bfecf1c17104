// SPDX-License-Identifier: Apache-2.0
// The memory of tech/generic/em_block_ram.sv in standard cells.
module em_block_ram #(
  parameter int Width = 8,
  parameter int Depth = 16,
  localparam int AddressBits = em_pkg::index_bits(Depth)
) (
  input  logic                   clk_i,
  input  logic                   write_i,
  input  logic [AddressBits-1:0] write_address_i,
  input  logic [Width-1:0]       data_i,
  input  logic                   read_i,
  input  logic [AddressBits-1:0] read_address_i,
  output logic [Width-1:0]       data_o
);

`ifndef __ICARUS__
  if (Width < 1 || Depth < 2) begin : gen_bad_size
    $error("em_block_ram: Width = %0d, Depth = %0d: must be 1, 2 or more", Width, Depth);
  end
`endif

  logic [Width-1:0] word, data_q;

  em_ram #(
    .Width(Width),
    .Depth(Depth)
  ) u_words (
    .clk_i, .write_i, .write_address_i, .data_i, .read_address_i, .data_o(word)
  );

  always_ff @(posedge clk_i) begin
    if (read_i) data_q <= word;
  end

  assign data_o = data_q;

endmodule
