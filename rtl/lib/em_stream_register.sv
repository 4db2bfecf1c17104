// SPDX-License-Identifier: Apache-2.0
// Two registers on a stream: no combinational path in either direction, a beat every cycle.
module em_stream_register #(
  parameter int Width = 32
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

`ifndef __ICARUS__
  if (Width < 1) $error("em_stream_register: Width = %0d: must be 1 or more", Width);
`endif

  // Whether the back is empty stands in a register of its own, for the handshake: back_valid_q has
  // all the data as loads.
  logic           front_valid_q, front_valid_d, back_valid_q, back_valid_d, ready_q;
  logic [Width:0] front_q, back_q;
  logic           push;

  assign ready_o = ready_q;
  assign valid_o = front_valid_q;
  assign {last_o, data_o} = front_q;
  assign push = valid_i & ready_q;

  assign front_valid_d = push | back_valid_q | (front_valid_q & ~ready_i);
  assign back_valid_d  = front_valid_q & ~ready_i & (push | back_valid_q);

  em_register #(
    .Width     (3),
    .ResetValue(3'b001)
  ) u_valid (
    .clk_i, .rst_ni,
    .data_i({front_valid_d, back_valid_d, ~back_valid_d}),
    .data_o({front_valid_q, back_valid_q, ready_q})
  );

  // Either takes what comes as long as it has nothing, or only what it is to hold (em_tech).
  logic takes_front, takes_back;

  assign takes_front = (ready_i | ~front_valid_q) &
      (!em_tech::StopsIdle | back_valid_q | valid_i);
  assign takes_back  = ~back_valid_q &
      (!em_tech::StopsIdle | (valid_i & front_valid_q & ~ready_i));

  always_ff @(posedge clk_i) begin
    if (takes_front) front_q <= back_valid_q ? back_q : {last_i, data_i};
    if (takes_back) back_q <= {last_i, data_i};
  end

`ifndef SYNTHESIS
  em_stream_check #(.Width(Width)) u_check (
    .clk_i, .rst_ni, .valid_i, .ready_i(ready_o), .data_i, .last_i
  );
`endif

endmodule
