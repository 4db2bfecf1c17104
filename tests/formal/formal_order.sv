// SPDX-License-Identifier: Apache-2.0
// Order as a property: beat number N that comes out is beat number N that went in, for every N.
// Numbers are counted modulo Numbers, more than there are beats inside; N is any of them, the same
// throughout. What goes in is noted when N is reached, whatever it carries, and held against what
// comes out. So nothing is lost, doubled, made up or exchanged.
module formal_order #(
  parameter int Width = 1,
  parameter int Numbers = 4,
  localparam int Bits = em_pkg::index_bits(Numbers)
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             push_i,
  input  logic [Width-1:0] pushed_i,
  input  logic             pop_i,
  input  logic [Width-1:0] popped_i,
  output logic [Bits-1:0]  inside_o  // beats that went in and did not come out yet
);

  (* anyconst *) logic [Bits-1:0] marked;

  logic [Bits-1:0]  pushes_q = '0, pops_q = '0;
  logic [Width-1:0] beat_q;

  assign inside_o = (pushes_q >= pops_q) ? pushes_q - pops_q : Bits'(Numbers + pushes_q - pops_q);

  always @(posedge clk_i) begin
    if (push_i) pushes_q <= (pushes_q == Bits'(Numbers - 1)) ? '0 : pushes_q + 1'b1;
    if (pop_i) pops_q <= (pops_q == Bits'(Numbers - 1)) ? '0 : pops_q + 1'b1;
    if (push_i && pushes_q == marked) beat_q <= pushed_i;
    if (!rst_ni) {pushes_q, pops_q} <= '0;
  end

  always @(*) begin
    assume (marked < Numbers);
    if (rst_ni && pop_i) begin
      assert (inside_o != '0);
      if (pops_q == marked) assert (popped_i == beat_q);
    end
    cover (rst_ni && pop_i && pops_q == marked && marked == Bits'(Numbers - 1));
  end

endmodule
