// SPDX-License-Identifier: Apache-2.0
// A register of control, with a reset: every cycle it takes what it is given. The technology says
// whether its reset is asynchronous (em_tech).
module em_register #(
  parameter int Width = 1,
  parameter logic [Width-1:0] ResetValue = '0
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic [Width-1:0] data_i,
  output logic [Width-1:0] data_o
);

`ifndef __ICARUS__
  if (Width < 1) $error("em_register: Width = %0d: must be 1 or more", Width);
`endif

  logic [Width-1:0] data_q;

  if (em_tech::AsynchronousReset) begin : gen_asynchronous
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) data_q <= ResetValue;
      else data_q <= data_i;
    end
  end else begin : gen_synchronous
    always_ff @(posedge clk_i) begin
      if (!rst_ni) data_q <= ResetValue;
      else data_q <= data_i;
    end
  end

  assign data_o = data_q;

endmodule
