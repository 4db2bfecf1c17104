// SPDX-License-Identifier: Apache-2.0
// em_merge: of every Passes sequences that come out, the first is input 0's and the others are
// input 1's, each input's in order, unchanged and in the cycle in which they are offered; nothing
// else comes out, and nothing else is taken.
module formal_merge #(
  parameter int Width = 2,
  parameter int Passes = 3
) (
  input logic               clk_i,
  input logic               rst_ni,
  input logic [1:0]         valid_i,
  input logic [2*Width-1:0] data_i,
  input logic [1:0]         last_i,
  input logic               ready_i
);

  localparam int Bits = em_pkg::index_bits(Passes);

  logic [1:0]       ready;
  logic             valid, last;
  logic [Width-1:0] data;

  em_merge #(.Width(Width), .Passes(Passes)) u_dut (
    .clk_i, .rst_ni, .valid_i, .ready_o(ready), .data_i, .last_i,
    .valid_o(valid), .ready_i, .data_o(data), .last_o(last)
  );

  for (genvar i = 0; i < 2; i++) begin : gen_input
    formal_rule #(.Width(Width + 1), .Assume(1'b1)) u_given (
      .clk_i, .rst_ni, .valid_i(valid_i[i]), .ready_i(ready[i]),
      .beat_i({last_i[i], data_i[i*Width +: Width]})
    );
  end
  formal_rule #(.Width(Width + 1)) u_offered (
    .clk_i, .rst_ni, .valid_i(valid), .ready_i, .beat_i({last, data})
  );

  // Sequences that came out, modulo Passes.
  logic [Bits-1:0] sequences_q = '0;
  logic            from;  // the input whose turn it is

  assign from = (sequences_q != '0);

  always @(posedge clk_i) begin
    if (valid && ready_i && last) begin
      sequences_q <= (sequences_q == Bits'(Passes - 1)) ? '0 : sequences_q + 1'b1;
    end
    if (!rst_ni) sequences_q <= '0;
  end

  initial assume (!rst_ni);
  always @(*) begin
    if (rst_ni) begin
      assert (valid == valid_i[from]);
      assert (ready[from] == ready_i);
      assert (!ready[!from]);
      if (valid) assert ({last, data} == {last_i[from], data_i[from*Width +: Width]});
    end
    cover (rst_ni && valid && last && sequences_q == Bits'(Passes - 1));
  end

endmodule
