// SPDX-License-Identifier: Apache-2.0
// em_gather: beat S of the Factor that become wide beat N is slot S of wide beat N, for every N and
// S. A wide beat is there in the cycle after its last part went in; `last` is that part's.
module formal_gather #(
  parameter int Width = 2,
  parameter int Factor = 3,
  parameter int Beats = 4
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             valid_i,
  input logic [Width-1:0] data_i,
  input logic             last_i,
  input logic             ready_i
);

  localparam int SlotBits = em_pkg::index_bits(Factor);
  localparam int PlaceBits = em_pkg::index_bits(Beats);

  logic                    ready, valid, last;
  logic [Factor*Width-1:0] data;

  em_gather #(.Width(Width), .Factor(Factor), .Beats(Beats)) u_dut (
    .clk_i, .rst_ni, .valid_i, .ready_o(ready), .data_i, .last_i,
    .valid_o(valid), .ready_i, .data_o(data), .last_o(last)
  );

  formal_rule #(.Width(Width + 1), .Assume(1'b1)) u_given (
    .clk_i, .rst_ni, .valid_i, .ready_i(ready), .beat_i({last_i, data_i})
  );
  formal_rule #(.Width(Factor * Width + 1)) u_offered (
    .clk_i, .rst_ni, .valid_i(valid), .ready_i, .beat_i({last, data})
  );

  // Where the next part goes: its place in its vector, and its slot in its wide beat.
  logic [PlaceBits-1:0] place_q = '0;
  logic [SlotBits-1:0]  slot_q = '0;
  logic                 ends_vector, ends_beat;

  assign ends_vector = (place_q == PlaceBits'(Beats - 1));
  assign ends_beat   = ends_vector | (slot_q == SlotBits'(Factor - 1));

  // One slot, any, of one wide beat, any; numbers of wide beats are counted modulo 4.
  (* anyconst *) logic [1:0]          marked;
  (* anyconst *) logic [SlotBits-1:0] marked_slot;
  logic [1:0]       made_q = '0, taken_q = '0, inside;
  logic             filled_q, last_q;
  logic [Width-1:0] part_q;

  assign inside = made_q - taken_q;

  always @(posedge clk_i) begin
    if (valid_i && ready) begin
      place_q <= ends_vector ? '0 : place_q + 1'b1;
      slot_q  <= ends_beat ? '0 : slot_q + 1'b1;
      if (ends_beat) made_q <= made_q + 1'b1;
      if (made_q == marked) begin
        if (slot_q == '0) filled_q <= 1'b0;
        if (slot_q == marked_slot) {filled_q, part_q} <= {1'b1, data_i};
        last_q <= last_i;
      end
    end
    if (valid && ready_i) taken_q <= taken_q + 1'b1;
    if (!rst_ni) {place_q, slot_q, made_q, taken_q} <= '0;
  end

  initial assume (!rst_ni);
  always @(*) begin
    assume (marked_slot < Factor);
    if (last_i) assume (ends_vector);
    if (rst_ni) begin
      assert (valid == (inside != '0));
      assert (ready == (!valid || ready_i));
      if (valid && taken_q == marked) begin
        assert (last == last_q);
        if (filled_q) assert (data[marked_slot*Width +: Width] == part_q);
      end
    end
    cover (rst_ni && valid && last && taken_q == marked && filled_q && marked != '0);
  end

endmodule
