// SPDX-License-Identifier: Apache-2.0
// The sum of Terms signed numbers, with a register after every two levels of additions:
// em_pkg::tree_latency(Terms) cycles. The sum is exact in OutBits; the caller sees to it that it
// fits, or wants it modulo 2^OutBits.
module em_adder_tree #(
  parameter int Terms = 2,
  parameter int InBits = 16,
  parameter int OutBits = 17
) (
  input  logic                    clk_i,
  input  logic                    advance_i,
  input  logic [Terms*InBits-1:0] terms_i,
  output logic [OutBits-1:0]      sum_o
);

`ifndef __ICARUS__
  if (Terms < 1 || InBits < 1 || OutBits < 1) begin : gen_bad_size
    $error("em_adder_tree: Terms = %0d, InBits = %0d, OutBits = %0d: must be 1 or more", Terms,
           InBits, OutBits);
  end
`endif

  // Sums of four, then the tree of those.
  localparam int Sums = (Terms + 3) / 4;

  if (Terms == 1) begin : gen_one
    logic unused_clock;
    assign unused_clock = clk_i ^ advance_i;
    assign sum_o = OutBits'($signed(terms_i));
  end else begin : gen_many
    logic [Sums*OutBits-1:0] sums_d, sums_q;
    logic signed [InBits-1:0] term;

    always_comb begin
      sums_d = '0;
      term   = '0;
      for (int i = 0; i < Terms; i++) begin
        term = terms_i[i*InBits +: InBits];
        sums_d[(i/4)*OutBits +: OutBits] =
            OutBits'(sums_d[(i/4)*OutBits +: OutBits] + OutBits'(term));
      end
    end

    always_ff @(posedge clk_i) begin
      if (advance_i) sums_q <= sums_d;
    end

    em_adder_tree #(
      .Terms  (Sums),
      .InBits (OutBits),
      .OutBits(OutBits)
    ) u_sums (
      .clk_i,
      .advance_i,
      .terms_i(sums_q),
      .sum_o
    );
  end

endmodule
