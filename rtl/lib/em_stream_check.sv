// SPDX-License-Identifier: Apache-2.0
// The rule of every stream, checked in simulation: a beat that is offered stays, unchanged, until
// it is taken.
module em_stream_check #(
  parameter int Width = 32
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             valid_i,
  input logic             ready_i,
  input logic [Width-1:0] data_i,
  input logic             last_i
);

`ifndef __ICARUS__
  if (Width < 1) $error("em_stream_check: Width = %0d: must be 1 or more", Width);
`endif

  logic           waiting_q;
  logic [Width:0] beat_q;

  em_register u_waiting (
    .clk_i, .rst_ni, .data_i(valid_i & ~ready_i), .data_o(waiting_q)
  );

  always_ff @(posedge clk_i) beat_q <= {last_i, data_i};

`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (rst_ni && waiting_q && !((valid_i === 1'b1) && (beat_q === {last_i, data_i}))) begin
      $error("%m: a beat changed or went away before it was taken");
    end
  end
`endif

endmodule
