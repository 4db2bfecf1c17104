// SPDX-License-Identifier: Apache-2.0
// Two registers on a stream: no combinational path in either direction, a beat every cycle.
module em_stream_register #(
  parameter int unsigned Width = 32
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             valid_i,
  output logic             ready_o,
  input  logic [Width-1:0] data_i,
  input  logic             last_i,
  output logic             valid_o,
  input  logic             ready_i,
  output logic [Width-1:0] data_o,
  output logic             last_o
);

  if (Width < 1) $error("em_stream_register: Width = %0d: must be 1 or more", Width);

  logic           front_valid_q, back_valid_q;
  logic [Width:0] front_q, back_q;
  logic           push, pop;

  assign ready_o = ~back_valid_q;
  assign valid_o = front_valid_q;
  assign {last_o, data_o} = front_q;
  assign push = valid_i & ready_o;
  assign pop  = valid_o & ready_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      front_valid_q <= 1'b0;
      back_valid_q  <= 1'b0;
    end else begin
      front_valid_q <= push | back_valid_q | (front_valid_q & ~pop);
      back_valid_q  <= front_valid_q & ~pop & (push | back_valid_q);
    end
  end

  always_ff @(posedge clk_i) begin
    if (pop || !front_valid_q) front_q <= back_valid_q ? back_q : {last_i, data_i};
    if (ready_o) back_q <= {last_i, data_i};
  end

`ifndef SYNTHESIS
  em_stream_check #(.Width(Width)) u_check (
    .clk_i, .rst_ni, .valid_i, .ready_i(ready_o), .data_i, .last_i
  );
`endif

endmodule
