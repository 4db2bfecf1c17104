// SPDX-License-Identifier: Apache-2.0
// The least and the greatest of Terms signed numbers, with a register after every two levels of
// comparisons: em_pkg::tree_latency(Terms) cycles, as em_adder_tree takes for their sum.
module em_range_tree #(
  parameter int Terms = 2,
  parameter int Bits = 8
) (
  input  logic                  clk_i,
  input  logic                  advance_i,
  input  logic [Terms*Bits-1:0] lows_i,   // of which the least is wanted
  input  logic [Terms*Bits-1:0] highs_i,  // of which the greatest is
  output logic [Bits-1:0]       low_o,
  output logic [Bits-1:0]       high_o
);

`ifndef __ICARUS__
  if (Terms < 1 || Bits < 1) begin : gen_bad_size
    $error("em_range_tree: Terms = %0d, Bits = %0d: must be 1 or more", Terms, Bits);
  end
`endif

  // Of four, in two levels, then the tree of those. What the last ones lack stands there twice.
  localparam int Groups = (Terms + 3) / 4;

  if (Terms == 1) begin : gen_one
    logic unused_clock;
    assign unused_clock = clk_i ^ advance_i;
    assign low_o  = lows_i;
    assign high_o = highs_i;
  end else begin : gen_many
    logic [Groups*Bits-1:0] lows_d, lows_q, highs_d, highs_q;

    for (genvar g = 0; g < Groups; g++) begin : gen_group
      logic signed [Bits-1:0] low[4], high[4], low_a, low_b, high_a, high_b;
      for (genvar i = 0; i < 4; i++) begin : gen_term
        localparam int At = (4 * g + i < Terms) ? 4 * g + i : Terms - 1;
        assign low[i]  = lows_i[At*Bits +: Bits];
        assign high[i] = highs_i[At*Bits +: Bits];
      end
      assign low_a  = (low[0] < low[1]) ? low[0] : low[1];
      assign low_b  = (low[2] < low[3]) ? low[2] : low[3];
      assign high_a = (high[0] > high[1]) ? high[0] : high[1];
      assign high_b = (high[2] > high[3]) ? high[2] : high[3];
      assign lows_d[g*Bits +: Bits]  = (low_a < low_b) ? low_a : low_b;
      assign highs_d[g*Bits +: Bits] = (high_a > high_b) ? high_a : high_b;
    end

    always_ff @(posedge clk_i) begin
      if (advance_i) begin
        lows_q  <= lows_d;
        highs_q <= highs_d;
      end
    end

    em_range_tree #(
      .Terms(Groups),
      .Bits (Bits)
    ) u_rest (
      .clk_i,
      .advance_i,
      .lows_i (lows_q),
      .highs_i(highs_q),
      .low_o,
      .high_o
    );
  end

endmodule
