// SPDX-License-Identifier: Apache-2.0
// The entrance of a shared block: of every Passes sequences, the first comes from outside (input
// 0), the others are fed back (input 1).
module em_merge #(
  parameter int Width = 32,
  parameter int Passes = 2
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic [1:0]         valid_i,
  output logic [1:0]         ready_o,
  input  logic [2*Width-1:0] data_i,
  input  logic [1:0]         last_i,
  output logic               valid_o,
  input  logic               ready_i,
  output logic [Width-1:0]   data_o,
  output logic               last_o
);

`ifndef __ICARUS__
  if (Width < 1 || Passes < 1) begin : gen_bad_size
    $error("em_merge: Width = %0d, Passes = %0d: must be 1 or more", Width, Passes);
  end
`endif

  localparam int PassBits = em_pkg::index_bits(Passes);

  logic [PassBits-1:0] pass_q, pass_d;
  logic                feeds_back;

  assign feeds_back  = (pass_q != '0);
  assign valid_o = feeds_back ? valid_i[1] : valid_i[0];
  assign ready_o = feeds_back ? {ready_i, 1'b0} : {1'b0, ready_i};
  assign data_o  = feeds_back ? data_i[Width +: Width] : data_i[Width-1:0];
  assign last_o  = feeds_back ? last_i[1] : last_i[0];

  always_comb begin
    pass_d = pass_q;
    if (valid_o && ready_i && last_o) begin
      pass_d = (pass_q == PassBits'(Passes - 1)) ? '0 : PassBits'(pass_q + 1'b1);
    end
  end

  em_register #(.Width(PassBits)) u_pass (
    .clk_i, .rst_ni, .data_i(pass_d), .data_o(pass_q)
  );

endmodule
