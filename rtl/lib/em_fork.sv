// SPDX-License-Identifier: Apache-2.0
// One stream to Outputs consumers. Each takes the beat when it can; the beat is gone when all have.
module em_fork #(
  parameter int Width = 32,
  parameter int Outputs = 2
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     valid_i,
  output logic                     ready_o,
  input  logic [Width-1:0]         data_i,
  input  logic                     last_i,
  output logic [Outputs-1:0]       valid_o,
  input  logic [Outputs-1:0]       ready_i,
  output logic [Outputs*Width-1:0] data_o,
  output logic [Outputs-1:0]       last_o
);

`ifndef __ICARUS__
  if (Width < 1 || Outputs < 1) begin : gen_bad_size
    $error("em_fork: Width = %0d, Outputs = %0d: must be 1 or more", Width, Outputs);
  end
`endif

  logic [Outputs-1:0] taken_q, taken_d;  // this beat, by each consumer, in an earlier cycle

  assign valid_o = {Outputs{valid_i}} & ~taken_q;
  assign ready_o = &(taken_q | ready_i);
  assign data_o  = {Outputs{data_i}};
  assign last_o  = {Outputs{last_i}};
  assign taken_d = (valid_i && !ready_o) ? (taken_q | ready_i) : '0;

  em_register #(.Width(Outputs)) u_taken (
    .clk_i, .rst_ni, .data_i(taken_d), .data_o(taken_q)
  );

endmodule
