// SPDX-License-Identifier: Apache-2.0
// A memory with one write port and one read port: while `read_i` is high the word at
// `read_address_i` comes one cycle later, and it stays until then. A word that is written in the
// cycle in which it is read may be anything; in simulation of block memory it is wrong. Block asks
// for block memory, which standard cells have none of (em_tech).
module em_registered_ram #(
  parameter int Width = 8,
  parameter int Depth = 16,
  parameter bit Block = 1'b0,
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
  if (Width < 1 || Depth < 1) begin : gen_bad_size
    $error("em_registered_ram: Width = %0d, Depth = %0d: must be 1 or more", Width, Depth);
  end
`endif

  logic [Width-1:0] data_q;

  if (Block && em_tech::BlockMemory) begin : gen_block
    (* ram_style = "block", no_rw_check *) logic [Width-1:0] words[Depth];
    always_ff @(posedge clk_i) begin
      if (write_i) words[write_address_i] <= data_i;
    end
    always_ff @(posedge clk_i) begin
      if (read_i) data_q <= words[read_address_i];
`ifndef SYNTHESIS
      if (read_i && write_i && (write_address_i == read_address_i)) data_q <= ~data_i;
`endif
    end
  end else begin : gen_ram
    logic [Width-1:0] word;
    em_ram #(
      .Width(Width),
      .Depth(Depth)
    ) u_words (
      .clk_i, .write_i, .write_address_i, .data_i, .read_address_i, .data_o(word)
    );
    always_ff @(posedge clk_i) begin
      if (read_i) data_q <= word;
    end
  end

  assign data_o = data_q;

endmodule
