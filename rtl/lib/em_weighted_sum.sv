// SPDX-License-Identifier: Apache-2.0
// Sums of values by their weights, and of the weights (docs/arithmetic.md, section 15). Input 0 is
// the weights, in beats of (Keys, Heads), input 1 the values, in beats of Par channels of each of
// Keys keys, of which there are HeadChannels for each head, and then padding. A query takes Groups
// * Parts steps: for every group of keys all Parts beats of channels. Gives Parts beats {sums of
// weights (Heads), sums of values (Par)}.
module em_weighted_sum #(
  parameter bit Pairs = 1'b0,  // products two by two: of a head's channels
  parameter int Par = 20,
  parameter int Keys = 1,
  parameter int Heads = 4,
  parameter int HeadChannels = 5,
  parameter int Parts = 1,
  parameter int Groups = 16,
  parameter int AccBits = 21,
  localparam int WeightSumBits = em_pkg::weight_sum_bits(Groups * Keys)
) (
  input  logic                                      clk_i,
  input  logic                                      rst_ni,
  input  logic                                      valid0_i,
  output logic                                      ready0_o,
  input  logic [Keys*Heads*8-1:0]                   data0_i,  // weights
  input  logic                                      last0_i,
  input  logic                                      valid1_i,
  output logic                                      ready1_o,
  input  logic [Keys*Par*8-1:0]                     data1_i,  // values
  input  logic                                      last1_i,
  output logic                                      valid_o,
  input  logic                                      ready_i,
  output logic [Heads*WeightSumBits+Par*AccBits-1:0] data_o,
  output logic                                      last_o
);

`ifndef __ICARUS__
  if (Keys < 1 || Heads < 1 || HeadChannels < 1 || Heads * HeadChannels > Par) begin : gen_bad_size
    $error("em_weighted_sum: Keys = %0d, Heads = %0d of HeadChannels = %0d in Par = %0d", Keys,
           Heads, HeadChannels, Par);
  end
  if (Parts < 1 || Groups < 1 || AccBits < 17) begin : gen_bad_parts
    $error("em_weighted_sum: Parts = %0d, Groups = %0d, AccBits = %0d: too few", Parts, Groups,
           AccBits);
  end
`endif

  localparam int WeightBits = em_pkg::WeightBits;
  localparam int ProductBits = WeightBits + 1 + 8;
  localparam int Sum = em_pkg::MulLatency + em_pkg::tree_latency(Keys);
  localparam int Active = Groups * Parts;
  localparam int PartBits = em_pkg::index_bits(Parts);
  localparam int Used = Heads * HeadChannels;
  localparam int OutBits = Heads * WeightSumBits + Par * AccBits;
  localparam int Copies = em_pkg::enable_copies(Used, (2 + Keys / 3) * AccBits);

  logic [Copies-1:0]   advance;
  logic                step, first_group, unused_context, unused_context_done;
  logic [3:0]          unused;
  logic [PartBits-1:0] part, part_late;
  logic                stepping, first;
  logic [em_pkg::index_bits(Active)-1:0] unused_address;

  em_core #(
    .Inputs  (2),
    .Depth   (Sum + 1),
    .Active  (Active),
    .Inner   (Parts),
    .EmitFrom((Groups - 1) * Parts),
    .Copies  (Copies)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i({valid1_i, valid0_i}), .ready_o({ready1_o, ready0_o}), .last_i({last1_i, last0_i}),
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(step),
    .inner_o(part), .address_o(unused_address),
    .first_row_o(first_group), .first_vector_o(unused[0]),
    .vector_last_o(unused[1]), .sequence_last_o(unused[2]),
    .context_o(unused_context), .context_done_o(unused_context_done)
  );

  em_delay #(
    .Width(2 + PartBits),
    .Depth(Sum)
  ) u_late (
    .clk_i, .advance_i(advance[0]),
    .data_i({step, first_group, part}), .data_o({stepping, first, part_late})
  );

  // By channel, of all keys: the products; by head the weights.
  logic [Used*Keys*ProductBits-1:0] products;
  logic [OutBits-1:0]               here, older, sums, sums_q;

  for (genvar h = 0; h < Heads; h++) begin : gen_head
    localparam int HeadCopy = h * HeadChannels * Copies / Used;
    logic [Keys*(WeightBits+1)-1:0] weights, weights_late;

    for (genvar k = 0; k < Keys; k++) begin : gen_key
      logic [WeightBits:0] weight;
      assign weight = {1'b0, data0_i[(k*Heads+h)*WeightBits +: WeightBits]};
      assign weights[k*(WeightBits+1) +: WeightBits+1] = weight;

      for (genvar j = 0; j < HeadChannels; j = j + (Pairs ? 2 : 1)) begin : gen_channel
        localparam int Channel = h * HeadChannels + j;
        localparam int Copy = Channel * Copies / Used;
        localparam int At = Channel * Keys + k, Next = At + Keys;
        if (Pairs && (j + 1 < HeadChannels)) begin : gen_pair
          em_mul_pair #(
            .ABits(WeightBits + 1),
            .BBits(8)
          ) u_mul (
            .clk_i,
            .advance_i (advance[Copy]),
            .a_i       (weight),
            .b_i       (data1_i[(k*Par+Channel)*8 +: 16]),
            .products_o({products[Next*ProductBits +: ProductBits],
                         products[At*ProductBits +: ProductBits]})
          );
        end else begin : gen_single
          em_mul #(
            .ABits(WeightBits + 1),
            .BBits(8)
          ) u_mul (
            .clk_i,
            .advance_i(advance[Copy]),
            .a_i      (weight),
            .b_i      (data1_i[(k*Par+Channel)*8 +: 8]),
            .product_o(products[At*ProductBits +: ProductBits])
          );
        end
      end
    end

    em_delay #(
      .Width(Keys * (WeightBits + 1)),
      .Depth(em_pkg::MulLatency)
    ) u_weights (
      .clk_i, .advance_i(advance[HeadCopy]), .data_i(weights), .data_o(weights_late)
    );

    em_adder_tree #(
      .Terms  (Keys),
      .InBits (WeightBits + 1),
      .OutBits(WeightSumBits)
    ) u_weight_sum (
      .clk_i,
      .advance_i(advance[HeadCopy]),
      .terms_i  (weights_late),
      .sum_o    (here[Par*AccBits+h*WeightSumBits +: WeightSumBits])
    );

    assign sums[Par*AccBits+h*WeightSumBits +: WeightSumBits] =
        (first ? '0 : older[Par*AccBits+h*WeightSumBits +: WeightSumBits]) +
        here[Par*AccBits+h*WeightSumBits +: WeightSumBits];
  end

  for (genvar c = 0; c < Par; c++) begin : gen_sum
    if (c < Used) begin : gen_used
      em_adder_tree #(
        .Terms  (Keys),
        .InBits (ProductBits),
        .OutBits(AccBits)
      ) u_tree (
        .clk_i,
        .advance_i(advance[c*Copies/Used]),
        .terms_i  (products[c*Keys*ProductBits +: Keys*ProductBits]),
        .sum_o    (here[c*AccBits +: AccBits])
      );
    end else begin : gen_padding
      assign here[c*AccBits +: AccBits] = '0;
    end
    assign sums[c*AccBits +: AccBits] =
        (first ? '0 : older[c*AccBits +: AccBits]) + here[c*AccBits +: AccBits];
  end

  if (Used < Par) begin : gen_unused
    logic [Keys-1:0] padding;
    for (genvar k = 0; k < Keys; k++) begin : gen_key
      assign padding[k] = ^data1_i[(k*Par+Used)*8 +: (Par-Used)*8];
    end
    assign unused[3] = ^padding;
  end else begin : gen_full
    assign unused[3] = 1'b0;
  end

  em_ram #(
    .Width(OutBits),
    .Depth(Parts)
  ) u_so_far (
    .clk_i,
    .write_i        (advance[0] & stepping),
    .write_address_i(part_late),
    .data_i         (sums),
    .read_address_i (part_late),
    .data_o         (older)
  );

  always_ff @(posedge clk_i) begin
    if (advance[0]) sums_q <= sums;
  end

  assign data_o = sums_q;

endmodule
