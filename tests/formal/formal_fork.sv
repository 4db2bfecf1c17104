// SPDX-License-Identifier: Apache-2.0
// em_fork: every consumer is offered every beat once, in order and unchanged, at once; the beat is
// gone when the last has it. Each consumer may be one beat ahead of what is gone, and no more.
module formal_fork #(
  parameter int Width = 2,
  parameter int Outputs = 2
) (
  input logic               clk_i,
  input logic               rst_ni,
  input logic               valid_i,
  input logic [Width-1:0]   data_i,
  input logic               last_i,
  input logic [Outputs-1:0] ready_i
);

  logic                     ready;
  logic [Outputs-1:0]       valid, last;
  logic [Outputs*Width-1:0] data;

  em_fork #(.Width(Width), .Outputs(Outputs)) u_dut (
    .clk_i, .rst_ni, .valid_i, .ready_o(ready), .data_i, .last_i,
    .valid_o(valid), .ready_i, .data_o(data), .last_o(last)
  );

  formal_rule #(.Width(Width + 1), .Assume(1'b1)) u_given (
    .clk_i, .rst_ni, .valid_i, .ready_i(ready), .beat_i({last_i, data_i})
  );

  // Beats that are gone, and that each consumer has taken.
  logic [3:0]         gone_q = '0;
  logic [Outputs-1:0] has;  // the beat that is offered

  for (genvar i = 0; i < Outputs; i++) begin : gen_output
    logic [3:0] taken_q = '0;
    assign has[i] = (taken_q != gone_q);
    always @(posedge clk_i) begin
      if (valid[i] && ready_i[i]) taken_q <= taken_q + 1'b1;
      if (!rst_ni) taken_q <= '0;
    end
    always @(*) begin
      if (rst_ni) begin
        assert (taken_q == gone_q || taken_q == gone_q + 4'd1);
        assert (valid[i] == (valid_i && !has[i]));
        if (valid[i]) assert ({last[i], data[i*Width +: Width]} == {last_i, data_i});
      end
    end
    formal_rule #(.Width(Width + 1)) u_offered (
      .clk_i, .rst_ni, .valid_i(valid[i]), .ready_i(ready_i[i]),
      .beat_i({last[i], data[i*Width +: Width]})
    );
  end

  always @(posedge clk_i) begin
    if (valid_i && ready) gone_q <= gone_q + 1'b1;
    if (!rst_ni) gone_q <= '0;
  end

  initial assume (!rst_ni);
  always @(*) begin
    if (rst_ni && valid_i) assert (ready == &(has | ready_i));
    cover (rst_ni && gone_q == 4'd2 && (has != '0 || Outputs == 1));
  end

endmodule
