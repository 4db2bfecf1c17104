// SPDX-License-Identifier: Apache-2.0
// One element of em_table: the function's value at x, one register later.
module em_table_element #(
  parameter int XBits = 8,
  parameter int YBits = 8,
  parameter int Contexts = 1,
  parameter Init = "",
  localparam int ContextBits = em_pkg::index_bits(Contexts)
) (
  input  logic                   clk_i,
  input  logic                   advance_i,
  input  logic [ContextBits-1:0] context_i,
  input  logic [XBits-1:0]       x_i,
  output logic [YBits-1:0]       y_o
);

  localparam int AddressBits = em_pkg::index_bits(Contexts << XBits);

  logic [AddressBits-1:0] address;

  if (Contexts == 1) begin : gen_one
    logic unused_context;
    assign unused_context = ^context_i;
    assign address = x_i;
  end else begin : gen_many
    assign address = {context_i, x_i};
  end

  em_rom #(
    .Width(YBits),
    .Depth(Contexts << XBits),
    .Init (Init)
  ) u_values (
    .clk_i, .advance_i, .address_i(address), .data_o(y_o)
  );

endmodule
