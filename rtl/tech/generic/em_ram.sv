// SPDX-License-Identifier: Apache-2.0
// A memory with one write port and one combinational read port, which shows what was written in
// earlier cycles. One word is a register.
module em_ram #(
  parameter int Width = 8,
  parameter int Depth = 16,
  localparam int AddressBits = em_pkg::index_bits(Depth)
) (
  input  logic                   clk_i,
  input  logic                   write_i,
  input  logic [AddressBits-1:0] write_address_i,
  input  logic [Width-1:0]       data_i,
  input  logic [AddressBits-1:0] read_address_i,
  output logic [Width-1:0]       data_o
);

`ifndef __ICARUS__
  if (Width < 1 || Depth < 1) begin : gen_bad_size
    $error("em_ram: Width = %0d, Depth = %0d: must be 1 or more", Width, Depth);
  end
`endif

  if (Depth == 1) begin : gen_register
    logic [Width-1:0] word_q;
    logic             unused_address;
    always_ff @(posedge clk_i) begin
      if (write_i) word_q <= data_i;
    end
    assign data_o = word_q;
    assign unused_address = write_address_i ^ read_address_i;
  end else begin : gen_memory
    (* ram_style = "distributed" *) logic [Width-1:0] words[Depth];
    always_ff @(posedge clk_i) begin
      if (write_i) words[write_address_i] <= data_i;
    end
    assign data_o = words[read_address_i];
  end

endmodule
