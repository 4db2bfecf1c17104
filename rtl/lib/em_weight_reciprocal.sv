// SPDX-License-Identifier: Apache-2.0
// The reciprocals of sums of weights (docs/arithmetic.md, section 15), of which each goes with all
// channels of its head: {sums of weights (Heads), sums of values (Par)} becomes Par words
// {reciprocal, sum of values}.
module em_weight_reciprocal #(
  parameter int Par = 20,
  parameter int Heads = 4,
  parameter int HeadChannels = 5,
  parameter int Beats = 1,  // a query
  parameter int Keys = 16,  // of a sequence
  parameter int AccBits = 21,
  parameter TableInit = "",
  localparam int WeightSumBits = em_pkg::weight_sum_bits(Keys),
  localparam int ReciprocalBits = em_pkg::weight_reciprocal_bits(Keys)
) (
  input  logic                                       clk_i,
  input  logic                                       rst_ni,
  input  logic                                       valid_i,
  output logic                                       ready_o,
  input  logic [Heads*WeightSumBits+Par*AccBits-1:0] data_i,
  input  logic                                       last_i,
  output logic                                       valid_o,
  input  logic                                       ready_i,
  output logic [Par*(ReciprocalBits+AccBits)-1:0]    data_o,
  output logic                                       last_o
);

`ifndef __ICARUS__
  if (Par < 1 || Heads < 1 || Beats < 1 || Keys < 1) begin : gen_bad_size
    $error("em_weight_reciprocal: Par = %0d, Heads = %0d, Beats = %0d, Keys = %0d: must be 1 or %s",
           Par, Heads, Beats, Keys, "more");
  end
`endif

  localparam int Latency = 3;  // of em_leading_reciprocal

  logic       advance, unused_context, unused_context_done;
  logic [4:0] unused;
  logic [em_pkg::index_bits(Beats)-1:0] unused_inner, unused_address;

  em_core #(
    .Depth (Latency),
    .Active(Beats)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i, .ready_o, .last_i,
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(unused[0]),
    .inner_o(unused_inner), .address_o(unused_address),
    .first_row_o(unused[1]), .first_vector_o(unused[2]),
    .vector_last_o(unused[3]), .sequence_last_o(unused[4]),
    .context_o(unused_context), .context_done_o(unused_context_done)
  );

  logic [Par*AccBits-1:0]          sums;
  logic [Heads*ReciprocalBits-1:0] reciprocals;

  em_delay #(
    .Width(Par * AccBits),
    .Depth(Latency)
  ) u_sums (
    .clk_i, .advance_i(advance), .data_i(data_i[Par*AccBits-1:0]), .data_o(sums)
  );

  for (genvar h = 0; h < Heads; h++) begin : gen_head
    em_leading_reciprocal #(
      .InBits   (WeightSumBits),
      .OutBits  (ReciprocalBits),
      .Fraction (em_pkg::weight_sum_fraction(Keys)),
      .TableInit(TableInit)
    ) u_reciprocal (
      .clk_i,
      .advance_i   (advance),
      .x_i         (data_i[Par*AccBits+h*WeightSumBits +: WeightSumBits]),
      .reciprocal_o(reciprocals[h*ReciprocalBits +: ReciprocalBits])
    );
  end

  for (genvar c = 0; c < Par; c++) begin : gen_channel
    localparam int Head = (c / HeadChannels < Heads) ? c / HeadChannels : Heads - 1;
    assign data_o[c*(ReciprocalBits+AccBits) +: ReciprocalBits+AccBits] =
        {reciprocals[Head*ReciprocalBits +: ReciprocalBits], sums[c*AccBits +: AccBits]};
  end

endmodule
