// SPDX-License-Identifier: Apache-2.0
// The exit of a shared block: of every Passes sequences, the last leaves (output 0), the others are
// fed back (output 1).
module em_split #(
  parameter int Width = 32,
  parameter int Passes = 2
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               valid_i,
  output logic               ready_o,
  input  logic [Width-1:0]   data_i,
  input  logic               last_i,
  output logic [1:0]         valid_o,
  input  logic [1:0]         ready_i,
  output logic [2*Width-1:0] data_o,
  output logic [1:0]         last_o
);

`ifndef __ICARUS__
  if (Width < 1 || Passes < 1) begin : gen_bad_size
    $error("em_split: Width = %0d, Passes = %0d: must be 1 or more", Width, Passes);
  end
`endif

  localparam int PassBits = em_pkg::index_bits(Passes);

  logic [PassBits-1:0] pass_q, pass_d;
  logic                leaves;

  assign leaves  = (pass_q == PassBits'(Passes - 1));
  assign valid_o = leaves ? {1'b0, valid_i} : {valid_i, 1'b0};
  assign ready_o = leaves ? ready_i[0] : ready_i[1];
  assign data_o  = {2{data_i}};
  assign last_o  = {2{last_i}};

  always_comb begin
    pass_d = pass_q;
    if (valid_i && ready_o && last_i) pass_d = leaves ? '0 : PassBits'(pass_q + 1'b1);
  end

  em_register #(.Width(PassBits)) u_pass (
    .clk_i, .rst_ni, .data_i(pass_d), .data_o(pass_q)
  );

endmodule
