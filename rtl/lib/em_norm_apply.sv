// SPDX-License-Identifier: Apache-2.0
// The last part of range and layer normalisation (docs/arithmetic.md, sections 6 and 15): every
// channel of a token, given the token's sum and reciprocal. Input 0 is the token, input 1 one beat
// {reciprocal, sum} a token. Par units of two multipliers each. A weight word holds Par weights, a
// bias word Par biases; the words are (contexts, beats).
module em_norm_apply #(
  parameter int Par = 4,
  parameter int Width = 20,  // D
  parameter int YBits = 8,
  parameter int AccBits = 26,
  parameter int RatioFraction = em_pkg::RatioFraction,
  parameter int Contexts = 1,
  parameter logic [Contexts*8-1:0] Shift = '0,
  parameter WeightInit = "",
  parameter BiasInit = "",
  localparam int Beats = (Width + Par - 1) / Par,
  localparam int SumBits = em_pkg::sum_bits(Width),
  localparam int ReciprocalBits = em_pkg::ReciprocalBits
) (
  input  logic                              clk_i,
  input  logic                              rst_ni,
  input  logic                              valid0_i,
  output logic                              ready0_o,
  input  logic [Par*8-1:0]                  data0_i,  // a token
  input  logic                              last0_i,
  input  logic                              valid1_i,
  output logic                              ready1_o,
  input  logic [ReciprocalBits+SumBits-1:0] data1_i,  // {reciprocal, sum}
  input  logic                              last1_i,
  output logic                              valid_o,
  input  logic                              ready_i,
  output logic [Par*YBits-1:0]              data_o,
  output logic                              last_o
);

`ifndef __ICARUS__
  if (Par < 1 || AccBits < 1 || Contexts < 1) begin : gen_bad_size
    $error("em_norm_apply: Par = %0d, AccBits = %0d, Contexts = %0d: must be 1 or more", Par,
           AccBits, Contexts);
  end
  if (Width < 1 || Width > 1024) $error("em_norm_apply: Width = %0d: must be 1 .. 1024", Width);
`endif

  localparam int Scaled = 2 + em_pkg::MulLatency;         // the stage of the ratio
  localparam int Weighted = Scaled + em_pkg::MulLatency;  // of weight * ratio
  localparam int CentredBits = SumBits + 1;
  localparam int RatioBits = em_pkg::RatioBits;
  localparam logic [7:0] RatioShift =
      8'(em_pkg::reciprocal_fraction(Width) - RatioFraction);
  localparam int Words = Beats * Contexts;
  localparam int AddressBits = em_pkg::index_bits(Words);
  localparam int ContextBits = em_pkg::index_bits(Contexts);
  localparam int Copies =
      em_pkg::enable_copies(Par, CentredBits + RatioBits + AccBits + YBits + 4);

  logic [Copies-1:0]      advance;
  logic [4:0]             unused;
  logic [AddressBits-1:0] address, weight_address, bias_address;
  logic [ContextBits-1:0] unused_context, context_done;
  logic [em_pkg::index_bits(Beats)-1:0] unused_inner;

  em_core #(
    .Inputs  (2),
    .Depth   (Weighted + 2),
    .Active  (Beats),
    .PopEvery({Beats, 32'd1}),
    .Contexts(Contexts),
    .Copies  (Copies)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i({valid1_i, valid0_i}), .ready_o({ready1_o, ready0_o}), .last_i({last1_i, last0_i}),
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(unused[0]),
    .inner_o(unused_inner), .address_o(address),
    .first_row_o(unused[1]), .first_vector_o(unused[2]),
    .vector_last_o(unused[3]), .sequence_last_o(unused[4]),
    .context_o(unused_context), .context_done_o(context_done)
  );

  logic [Par*8-1:0]       weights;
  logic [Par*AccBits-1:0] biases;

  em_delay #(
    .Width(AddressBits),
    .Depth(Scaled - 1)
  ) u_weight_address (
    .clk_i, .advance_i(advance[0]), .data_i(address), .data_o(weight_address)
  );

  em_rom #(
    .Width (Par * 8),
    .Depth (Words),
    .Init  (WeightInit),
    .Copies(Copies)
  ) u_weights (
    .clk_i,
    .advance_i(advance),
    .address_i(weight_address),
    .data_o   (weights)
  );

  em_delay #(
    .Width(AddressBits),
    .Depth(Weighted - Scaled)
  ) u_bias_address (
    .clk_i, .advance_i(advance[0]), .data_i(weight_address), .data_o(bias_address)
  );

  em_rom #(
    .Width (Par * AccBits),
    .Depth (Words),
    .Init  (BiasInit),
    .Copies(Copies)
  ) u_biases (
    .clk_i,
    .advance_i(advance),
    .address_i(bias_address),
    .data_o   (biases)
  );

  logic [ReciprocalBits-1:0] reciprocal_q;

  always_ff @(posedge clk_i) begin
    if (advance[0]) reciprocal_q <= data1_i[SumBits +: ReciprocalBits];
  end

  for (genvar i = 0; i < Par; i++) begin : gen_unit
    localparam int Copy = i * Copies / Par;
    logic [CentredBits-1:0]              scaled_x, centred_d, centred_q;
    logic [CentredBits+ReciprocalBits:0] ratio_product;
    logic [RatioBits-1:0]                ratio_d, ratio_q;
    logic [RatioBits+7:0]                product;
    logic [AccBits-1:0]                  acc_q;
    logic [YBits-1:0]                    y_d, y_q;

    // D * x - sum, with D * x by shifts and additions: D is a constant.
    always_comb begin
      scaled_x = '0;
      for (int b = 0; b < 32; b++) begin
        if (((Width >> b) & 1) == 1) begin
          scaled_x = scaled_x + (CentredBits'($signed(data0_i[i*8 +: 8])) << b);
        end
      end
      centred_d = scaled_x - CentredBits'($signed(data1_i[SumBits-1:0]));
    end

    em_mul #(
      .ABits(CentredBits),
      .BBits(ReciprocalBits + 1)
    ) u_ratio (
      .clk_i,
      .advance_i(advance[Copy]),
      .a_i      (centred_q),
      .b_i      ({1'b0, reciprocal_q}),
      .product_o(ratio_product)
    );

    em_requantise #(
      .InBits (CentredBits + ReciprocalBits + 1),
      .OutBits(RatioBits),
      .Shift  (RatioShift)
    ) u_ratio_shift (
      .context_i(1'b0),
      .value_i  (ratio_product),
      .value_o  (ratio_d)
    );

    em_mul #(
      .ABits(RatioBits),
      .BBits(8)
    ) u_weight (
      .clk_i,
      .advance_i(advance[Copy]),
      .a_i      (ratio_q),
      .b_i      (weights[i*8 +: 8]),
      .product_o(product)
    );

    em_requantise #(
      .InBits  (AccBits),
      .OutBits (YBits),
      .Contexts(Contexts),
      .Shift   (Shift)
    ) u_requantise (
      .context_i(context_done),
      .value_i  (acc_q),
      .value_o  (y_d)
    );

    always_ff @(posedge clk_i) begin
      if (advance[Copy]) begin
        centred_q <= centred_d;
        ratio_q   <= ratio_d;
        acc_q     <= AccBits'($signed(product)) + biases[i*AccBits +: AccBits];
        y_q       <= y_d;
      end
    end

    assign data_o[i*YBits +: YBits] = y_q;
  end

endmodule
