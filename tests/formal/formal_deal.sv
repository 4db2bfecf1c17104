// SPDX-License-Identifier: Apache-2.0
// em_deal: of every vector, output i gets the next Beats[i] beats, in order, unchanged and in the
// cycle in which they are offered; nothing goes elsewhere. `last` comes with the last beat that an
// output gets of a vector whose beats all have it.
module formal_deal #(
  parameter int Width = 2,
  parameter int Outputs = 2,
  parameter logic [Outputs*32-1:0] Beats = {32'd2, 32'd1}
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

  em_deal #(.Width(Width), .Outputs(Outputs), .Beats(Beats)) u_dut (
    .clk_i, .rst_ni, .valid_i, .ready_o(ready), .data_i, .last_i,
    .valid_o(valid), .ready_i, .data_o(data), .last_o(last)
  );

  formal_rule #(.Width(Width + 1), .Assume(1'b1)) u_given (
    .clk_i, .rst_ni, .valid_i, .ready_i(ready), .beat_i({last_i, data_i})
  );

  // Beats of this vector that went in.
  function automatic int beats_before(int output_number);
    beats_before = 0;
    for (int i = 0; i < output_number; i++) beats_before = beats_before + Beats[i*32 +: 32];
  endfunction
  localparam int Total = beats_before(Outputs);

  logic [7:0] count_q = '0;
  logic       vector_last_q;  // what the vector began with

  always @(posedge clk_i) begin
    if (valid_i && ready) begin
      count_q <= (count_q == 8'(Total - 1)) ? '0 : count_q + 1'b1;
      if (count_q == '0) vector_last_q <= last_i;
    end
    if (!rst_ni) count_q <= '0;
  end
  always @(*) assume (!valid_i || count_q == '0 || last_i == vector_last_q);

  initial assume (!rst_ni);
  for (genvar i = 0; i < Outputs; i++) begin : gen_output
    localparam int First = beats_before(i), End = beats_before(i + 1);
    formal_rule #(.Width(Width + 1)) u_offered (
      .clk_i, .rst_ni, .valid_i(valid[i]), .ready_i(ready_i[i]),
      .beat_i({last[i], data[i*Width +: Width]})
    );
    always @(*) begin
      if (rst_ni && count_q >= 8'(First) && count_q < 8'(End)) begin
        assert (valid[i] == valid_i);
        assert (ready == ready_i[i]);
        if (valid_i) begin
          assert (data[i*Width +: Width] == data_i);
          assert (last[i] == (last_i && count_q == 8'(End - 1)));
        end
      end else if (rst_ni) begin
        assert (!valid[i]);
      end
    end
  end

  always @(*) cover (rst_ni && valid[Outputs-1] && last[Outputs-1]);

endmodule
