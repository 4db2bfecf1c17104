// SPDX-License-Identifier: Apache-2.0
// em_fifo and em_stream_register: beats come out in order and unchanged, whatever stands still.
// There are as many inside as went in and did not come out, and so many fit: `valid` says whether
// there is one, `ready` whether there is room.
module formal_fifo #(
  parameter int Width = 2,
  parameter int Depth = 4,
  parameter bit Block = 1'b0,
  parameter bit Registers = 1'b0  // em_stream_register, of Depth 2
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             valid_i,
  input logic [Width-1:0] data_i,
  input logic             last_i,
  input logic             ready_i
);

  // A multiple of Depth, so that a number says a place of the buffer.
  localparam int Numbers = 2 * Depth;
  localparam int Bits = em_pkg::index_bits(Numbers);

  logic                 ready, valid, last;
  logic [Width-1:0]     data;
  logic [Bits-1:0]      inside;

  if (Registers) begin : gen_registers
    em_stream_register #(.Width(Width)) u_dut (
      .clk_i, .rst_ni, .valid_i, .ready_o(ready), .data_i, .last_i,
      .valid_o(valid), .ready_i, .data_o(data), .last_o(last)
    );
  end else begin : gen_fifo
    em_fifo #(.Width(Width), .Depth(Depth), .Block(Block)) u_dut (
      .clk_i, .rst_ni, .valid_i, .ready_o(ready), .data_i, .last_i,
      .valid_o(valid), .ready_i, .data_o(data), .last_o(last)
    );
  end

  formal_order #(.Width(Width + 1), .Numbers(Numbers)) u_order (
    .clk_i, .rst_ni,
    .push_i(valid_i & ready), .pushed_i({last_i, data_i}),
    .pop_i(valid & ready_i), .popped_i({last, data}),
    .inside_o(inside)
  );
  formal_rule #(.Width(Width + 1)) u_offered (
    .clk_i, .rst_ni, .valid_i(valid), .ready_i, .beat_i({last, data})
  );

  initial assume (!rst_ni);
  always @(*) begin
    if (rst_ni) begin
      assert (valid == (inside != '0));
      assert (ready == (inside != Bits'(Depth)));
    end
  end

endmodule
