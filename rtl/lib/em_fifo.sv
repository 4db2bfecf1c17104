// SPDX-License-Identifier: Apache-2.0
// A first-in first-out buffer of Depth beats. No combinational path in either direction: a beat
// comes out one cycle after it went in, at the earliest. Whether it has a beat and whether it has
// room are registers, since the handshake of others begins with them.
module em_fifo #(
  parameter int Width = 32,
  parameter int Depth = 4,
  parameter bit Block = 1'b0  // in block memory
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

  logic [AddressBits-1:0] write_q, write_next, read_q, read_next;
  logic                   valid_q, valid_d, ready_q, ready_d, push, pop;

  assign valid_o = valid_q;
  assign ready_o = ready_q;
  assign push = valid_i & ready_q;
  assign pop  = valid_q & ready_i;

  assign write_next = (write_q == AddressBits'(Depth - 1)) ? '0 : AddressBits'(write_q + 1'b1);
  assign read_next  = (read_q == AddressBits'(Depth - 1)) ? '0 : AddressBits'(read_q + 1'b1);

  // The only beat leaves, or what comes takes the only room.
  assign valid_d = push | (valid_q & ~(ready_i & (read_next == write_q)));
  assign ready_d = ready_q ? ~(valid_i & ~pop & (write_next == read_q)) : ready_i;

  logic [AddressBits-1:0] front;  // in the next cycle
  assign front = pop ? read_next : read_q;

  if (Block) begin : gen_block
    // What comes is read past the memory if nothing is before it.
    logic           passes_q;
    logic [Width:0] passing_q, word;
    em_registered_ram #(
      .Width(Width + 1),
      .Depth(Depth),
      .Block(1'b1)
    ) u_beats (
      .clk_i,
      .write_i        (push),
      .write_address_i(write_q),
      .data_i         ({last_i, data_i}),
      .read_i         (1'b1),
      .read_address_i (front),
      .data_o         (word)
    );
    always_ff @(posedge clk_i) begin
      passes_q  <= push & (write_q == front);
      passing_q <= {last_i, data_i};
    end
    assign {last_o, data_o} = passes_q ? passing_q : word;
  end else begin : gen_tables
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
  end

  em_register #(.Width(2 * AddressBits)) u_places (
    .clk_i, .rst_ni,
    .data_i({push ? write_next : write_q, front}),
    .data_o({write_q, read_q})
  );
  em_register #(
    .Width     (2),
    .ResetValue(2'b01)
  ) u_state (
    .clk_i, .rst_ni, .data_i({valid_d, ready_d}), .data_o({valid_q, ready_q})
  );

`ifndef SYNTHESIS
  em_stream_check #(.Width(Width)) u_check (
    .clk_i, .rst_ni, .valid_i, .ready_i(ready_o), .data_i, .last_i
  );
`endif

endmodule
