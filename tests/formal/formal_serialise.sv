// SPDX-License-Identifier: Apache-2.0
// em_serialise: the slots of a wide beat come out one by one, in order and unchanged, in the cycle
// in which it is offered; it is gone with its last slot, or with the vector's last. `last` comes
// with the last of the vector alone.
module formal_serialise #(
  parameter int Width = 2,
  parameter int Factor = 3,
  parameter int Beats = 4
) (
  input logic                    clk_i,
  input logic                    rst_ni,
  input logic                    valid_i,
  input logic [Factor*Width-1:0] data_i,
  input logic                    last_i,
  input logic                    ready_i
);

  localparam int WideBeats = (Beats + Factor - 1) / Factor;
  localparam int SlotBits = em_pkg::index_bits(Factor);
  localparam int PlaceBits = em_pkg::index_bits(Beats);
  localparam int WideBits = em_pkg::index_bits(WideBeats);

  logic             ready, valid, last;
  logic [Width-1:0] data;

  em_serialise #(.Width(Width), .Factor(Factor), .Beats(Beats)) u_dut (
    .clk_i, .rst_ni, .valid_i, .ready_o(ready), .data_i, .last_i,
    .valid_o(valid), .ready_i, .data_o(data), .last_o(last)
  );

  formal_rule #(.Width(Factor * Width + 1), .Assume(1'b1)) u_given (
    .clk_i, .rst_ni, .valid_i, .ready_i(ready), .beat_i({last_i, data_i})
  );
  formal_rule #(.Width(Width + 1)) u_offered (
    .clk_i, .rst_ni, .valid_i(valid), .ready_i, .beat_i({last, data})
  );

  // What comes out next: its place in its vector, and its slot in its wide beat. What goes in next:
  // its place in its vector. Wide beats gone, and given out whole.
  logic [PlaceBits-1:0] place_q = '0;
  logic [SlotBits-1:0]  slot_q = '0;
  logic [WideBits-1:0]  wide_q = '0;
  logic [1:0]           gone_q = '0, given_q = '0;
  logic                 ends_vector, ends_beat;

  assign ends_vector = (place_q == PlaceBits'(Beats - 1));
  assign ends_beat   = ends_vector | (slot_q == SlotBits'(Factor - 1));

  always @(posedge clk_i) begin
    if (valid && ready_i) begin
      place_q <= ends_vector ? '0 : place_q + 1'b1;
      slot_q  <= ends_beat ? '0 : slot_q + 1'b1;
      if (ends_beat) given_q <= given_q + 1'b1;
    end
    if (valid_i && ready) begin
      wide_q <= (wide_q == WideBits'(WideBeats - 1)) ? '0 : wide_q + 1'b1;
      gone_q <= gone_q + 1'b1;
    end
    if (!rst_ni) {place_q, slot_q, wide_q, gone_q, given_q} <= '0;
  end

  initial assume (!rst_ni);
  always @(*) begin
    if (last_i) assume (wide_q == WideBits'(WideBeats - 1));
    if (rst_ni) begin
      assert (valid == valid_i);
      if (valid) begin
        assert (gone_q == given_q);
        assert (data == data_i[slot_q*Width +: Width]);
        assert (last == (last_i && ends_vector));
        assert (ready == (ready_i && ends_beat));
      end
    end
    cover (rst_ni && valid && last && given_q != '0);
  end

endmodule
