// SPDX-License-Identifier: Apache-2.0
// em_split: of every Passes sequences that go in, the last leaves at output 0 and the others at
// output 1, in order, unchanged and in the cycle in which they are offered; and nowhere else.
module formal_split #(
  parameter int Width = 2,
  parameter int Passes = 3
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             valid_i,
  input logic [Width-1:0] data_i,
  input logic             last_i,
  input logic [1:0]       ready_i
);

  localparam int Bits = em_pkg::index_bits(Passes);

  logic               ready;
  logic [1:0]         valid, last;
  logic [2*Width-1:0] data;

  em_split #(.Width(Width), .Passes(Passes)) u_dut (
    .clk_i, .rst_ni, .valid_i, .ready_o(ready), .data_i, .last_i,
    .valid_o(valid), .ready_i, .data_o(data), .last_o(last)
  );

  formal_rule #(.Width(Width + 1), .Assume(1'b1)) u_given (
    .clk_i, .rst_ni, .valid_i, .ready_i(ready), .beat_i({last_i, data_i})
  );
  for (genvar i = 0; i < 2; i++) begin : gen_output
    formal_rule #(.Width(Width + 1)) u_offered (
      .clk_i, .rst_ni, .valid_i(valid[i]), .ready_i(ready_i[i]),
      .beat_i({last[i], data[i*Width +: Width]})
    );
  end

  // Sequences that went in, modulo Passes.
  logic [Bits-1:0] sequences_q = '0;
  logic            to;  // the output whose turn it is

  assign to = (sequences_q != Bits'(Passes - 1));

  always @(posedge clk_i) begin
    if (valid_i && ready && last_i) begin
      sequences_q <= (sequences_q == Bits'(Passes - 1)) ? '0 : sequences_q + 1'b1;
    end
    if (!rst_ni) sequences_q <= '0;
  end

  initial assume (!rst_ni);
  always @(*) begin
    if (rst_ni) begin
      assert (valid[to] == valid_i);
      assert (!valid[!to]);
      assert (ready == ready_i[to]);
      if (valid[to]) assert ({last[to], data[to*Width +: Width]} == {last_i, data_i});
    end
    cover (rst_ni && valid[0] && last[0]);
  end

endmodule
