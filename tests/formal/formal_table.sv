// SPDX-License-Identifier: Apache-2.0
// em_table: what comes out for a beat is, element by element, the values of its memory at the bits
// of the beat, in the context of its sequence; in order, a register later.
module formal_table #(
  parameter int Par = 2,
  parameter int Beats = 2,
  parameter int XBits = 3,
  parameter int YBits = 4,
  parameter int Contexts = 2,
  parameter logic [(Contexts<<XBits)*YBits-1:0] Values = '0  // those of values.hex
) (
  input logic                 clk_i,
  input logic                 rst_ni,
  input logic                 valid_i,
  input logic [Par*XBits-1:0] data_i,
  input logic                 last_i,
  input logic                 ready_i
);

  logic                 ready, valid, last;
  logic [Par*YBits-1:0] data;

  em_table #(
    .Par(Par), .Beats(Beats), .XBits(XBits), .YBits(YBits), .Contexts(Contexts),
    .Init("values.hex")
  ) u_dut (
    .clk_i, .rst_ni, .valid_i, .ready_o(ready), .data_i, .last_i,
    .valid_o(valid), .ready_i, .data_o(data), .last_o(last)
  );

  formal_rule #(.Width(Par * XBits + 1), .Assume(1'b1)) u_given (
    .clk_i, .rst_ni, .valid_i, .ready_i(ready), .beat_i({last_i, data_i})
  );
  formal_rule #(.Width(Par * YBits + 1)) u_offered (
    .clk_i, .rst_ni, .valid_i(valid), .ready_i, .beat_i({last, data})
  );

  // The beat inside, beats of its vector, and the context.
  logic                 inside_q = 1'b0, last_q;
  logic [Par*YBits-1:0] values_q;
  logic [3:0]           beat_q = '0, context_q = '0;
  logic                 ends;

  assign ends = last_i && (beat_q == 4'(Beats - 1));

  always @(posedge clk_i) begin
    if (ready_i) inside_q <= 1'b0;
    if (valid_i && ready) begin
      inside_q <= 1'b1;
      last_q   <= ends;
      for (int i = 0; i < Par; i++) begin
        values_q[i*YBits +: YBits] <=
            Values[((32'(context_q) << XBits) + 32'(data_i[i*XBits +: XBits]))*YBits +: YBits];
      end
      beat_q <= (beat_q == 4'(Beats - 1)) ? '0 : beat_q + 1'b1;
      if (ends) context_q <= (context_q == 4'(Contexts - 1)) ? '0 : context_q + 1'b1;
    end
    if (!rst_ni) begin
      inside_q  <= 1'b0;
      beat_q    <= '0;
      context_q <= '0;
    end
  end

  initial assume (!rst_ni);
  always @(*) begin
    if (rst_ni) begin
      assert (valid == inside_q);
      assert (ready == (ready_i || !inside_q));
      if (valid) assert ({last, data} == {last_q, values_q});
    end
    cover (rst_ni && valid && context_q == 4'(Contexts - 1));
  end

endmodule
