// SPDX-License-Identifier: Apache-2.0
// A first-in first-out buffer of Depth beats. No combinational path in either direction: a beat
// comes out one cycle after it went in, at the earliest.
module em_fifo #(
  parameter int Width = 32,
  parameter int Depth = 4
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
  if (Width < 1 || Depth < 1) begin : gen_bad_size
    $error("em_fifo: Width = %0d, Depth = %0d: must be 1 or more", Width, Depth);
  end
`endif

  localparam int AddressBits = em_pkg::index_bits(Depth);
  localparam int CountBits = em_pkg::index_bits(Depth + 1);

  logic [AddressBits-1:0] write_q, write_d, read_q, read_d;
  logic [CountBits-1:0]   count_q, count_d;
  logic                   push, pop;

  assign ready_o = (count_q != CountBits'(Depth));
  assign valid_o = (count_q != '0);
  assign push = valid_i & ready_o;
  assign pop  = valid_o & ready_i;

  em_ram #(
    .Width(Width + 1),
    .Depth(Depth)
  ) u_beats (
    .clk_i,
    .write_i        (push),
    .write_address_i(write_q),
    .data_i         ({last_i, data_i}),
    .read_address_i (read_q),
    .data_o         ({last_o, data_o})
  );

  always_comb begin
    write_d = write_q;
    read_d  = read_q;
    count_d = count_q;
    if (push) write_d = (write_q == AddressBits'(Depth - 1)) ? '0 : AddressBits'(write_q + 1'b1);
    if (pop) read_d = (read_q == AddressBits'(Depth - 1)) ? '0 : AddressBits'(read_q + 1'b1);
    if (push && !pop) count_d = CountBits'(count_q + 1'b1);
    if (pop && !push) count_d = CountBits'(count_q - 1'b1);
  end

  em_register #(.Width(2 * AddressBits + CountBits)) u_state (
    .clk_i, .rst_ni,
    .data_i({write_d, read_d, count_d}),
    .data_o({write_q, read_q, count_q})
  );

`ifndef SYNTHESIS
  em_stream_check #(.Width(Width)) u_check (
    .clk_i, .rst_ni, .valid_i, .ready_i(ready_o), .data_i, .last_i
  );
`endif

endmodule
