// SPDX-License-Identifier: Apache-2.0
// Attention's scores, queries times keys (docs/arithmetic.md, section 15). Input 0 is a query, in
// beats of Par channels, input 1 the keys, in beats of Par channels of each of Keys keys. A query
// takes Groups * Parts steps: for every group of keys all Parts beats of its channels. With one
// part it is held for all groups, otherwise it comes again for each (em_replay).
//
// A beat has HeadChannels channels of each of Heads heads, and then padding; with Steps > 1 it has
// a part of one head's. A beat of results is (Keys, Heads) scores.
module em_scores #(
  parameter bit Pairs = 1'b0,  // products two by two: of two keys
  parameter int Par = 20,
  parameter int Keys = 1,
  parameter int Heads = 4,
  parameter int HeadChannels = 5,
  parameter int Steps = 1,  // a head's beats
  parameter int Parts = 1,  // a vector's beats
  parameter int Groups = 16,
  parameter int Contexts = 1,
  parameter logic [Contexts*8-1:0] Shift = '0
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    valid0_i,
  output logic                    ready0_o,
  input  logic [Par*8-1:0]        data0_i,  // of a query
  input  logic                    last0_i,
  input  logic                    valid1_i,
  output logic                    ready1_o,
  input  logic [Keys*Par*8-1:0]   data1_i,  // of keys
  input  logic                    last1_i,
  output logic                    valid_o,
  input  logic                    ready_i,
  output logic [Keys*Heads*8-1:0] data_o,
  output logic                    last_o
);

`ifndef __ICARUS__
  if (Keys < 1 || Heads < 1 || HeadChannels < 1 || Heads * HeadChannels > Par) begin : gen_bad_size
    $error("em_scores: Keys = %0d, Heads = %0d of HeadChannels = %0d in Par = %0d", Keys, Heads,
           HeadChannels, Par);
  end
  if (Steps < 1 || Parts % Steps != 0 || (Steps > 1 && Heads > 1)) begin : gen_bad_steps
    $error("em_scores: Steps = %0d, Parts = %0d, Heads = %0d: do not fit", Steps, Parts, Heads);
  end
`endif

  localparam int Sum = em_pkg::MulLatency + em_pkg::tree_latency(HeadChannels);
  localparam int SumBits = 16 + $clog2(HeadChannels * Steps);
  localparam int Active = Groups * Parts;
  localparam int ContextBits = em_pkg::index_bits(Contexts);
  localparam int Copies =
      em_pkg::enable_copies(Keys * Heads, (2 + HeadChannels / 3) * SumBits + 8);

  logic [Copies-1:0]      advance;
  logic [5:0]             unused;
  logic [ContextBits-1:0] unused_context, context_done;
  logic [em_pkg::index_bits(Steps)-1:0]             inner;
  logic [em_pkg::index_bits(Active*Contexts)-1:0] unused_address;

  em_core #(
    .Inputs   (2),
    .Depth    (Sum + 2),
    .Active   (Active),
    .Inner    (Steps),
    .PopEvery ({32'd1, (Parts == 1) ? Active : 32'd1}),
    .EmitEvery(Steps),
    .Contexts (Contexts),
    .Copies   (Copies)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i({valid1_i, valid0_i}), .ready_o({ready1_o, ready0_o}), .last_i({last1_i, last0_i}),
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(unused[0]),
    .inner_o(inner), .address_o(unused_address),
    .first_row_o(unused[1]), .first_vector_o(unused[2]),
    .vector_last_o(unused[3]), .sequence_last_o(unused[4]),
    .context_o(unused_context), .context_done_o(context_done)
  );

  logic first;  // stage Sum: of a head's steps

  em_delay #(
    .Depth(Sum)
  ) u_first (
    .clk_i, .advance_i(advance[0]), .data_i(inner == '0), .data_o(first)
  );

  logic [Keys*Heads*HeadChannels*16-1:0] products;

  for (genvar k = 0; k < Keys; k = k + (Pairs ? 2 : 1)) begin : gen_keys
    for (genvar c = 0; c < Heads * HeadChannels; c++) begin : gen_channel
      localparam int Copy = (k * Heads + c / HeadChannels) * Copies / (Keys * Heads);
      localparam int At = k * Heads * HeadChannels + c, Next = At + Heads * HeadChannels;
      if (Pairs && (k + 1 < Keys)) begin : gen_pair
        em_mul_pair #(
          .ABits(8),
          .BBits(8)
        ) u_mul (
          .clk_i,
          .advance_i (advance[Copy]),
          .a_i       (data0_i[c*8 +: 8]),
          .b_i       ({data1_i[((k+1)*Par+c)*8 +: 8], data1_i[(k*Par+c)*8 +: 8]}),
          .products_o({products[Next*16 +: 16], products[At*16 +: 16]})
        );
      end else begin : gen_single
        em_mul #(
          .ABits(8),
          .BBits(8)
        ) u_mul (
          .clk_i,
          .advance_i(advance[Copy]),
          .a_i      (data0_i[c*8 +: 8]),
          .b_i      (data1_i[(k*Par+c)*8 +: 8]),
          .product_o(products[At*16 +: 16])
        );
      end
    end
  end

  if (Heads * HeadChannels < Par) begin : gen_padding
    logic [Keys:0] padding;
    assign padding[Keys] = ^data0_i[Par*8-1:Heads*HeadChannels*8];
    for (genvar k = 0; k < Keys; k++) begin : gen_key
      assign padding[k] = ^data1_i[(k*Par+Heads*HeadChannels)*8 +: (Par-Heads*HeadChannels)*8];
    end
    assign unused[5] = ^padding;
  end else begin : gen_full
    assign unused[5] = 1'b0;
  end

  for (genvar s = 0; s < Keys * Heads; s++) begin : gen_score
    localparam int Copy = s * Copies / (Keys * Heads);
    logic [SumBits-1:0] sum, acc_q;
    logic [7:0]         score_d, score_q;

    em_adder_tree #(
      .Terms  (HeadChannels),
      .InBits (16),
      .OutBits(SumBits)
    ) u_tree (
      .clk_i,
      .advance_i(advance[Copy]),
      .terms_i  (products[s*HeadChannels*16 +: HeadChannels*16]),
      .sum_o    (sum)
    );

    em_requantise #(
      .InBits  (SumBits),
      .OutBits (8),
      .Contexts(Contexts),
      .Shift   (Shift)
    ) u_requantise (
      .context_i(context_done),
      .value_i  (acc_q),
      .value_o  (score_d)
    );

    always_ff @(posedge clk_i) begin
      if (advance[Copy]) begin
        acc_q   <= (first || (Steps == 1)) ? sum : SumBits'(acc_q + sum);
        score_q <= score_d;
      end
    end

    assign data_o[s*8 +: 8] = score_q;
  end

endmodule
