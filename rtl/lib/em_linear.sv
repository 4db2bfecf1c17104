// SPDX-License-Identifier: Apache-2.0
// y = requantise(activation(weight x + bias)): docs/arithmetic.md, section 5.
//
// Every input beat of InPar words meets all OutBeats groups of OutPar outputs, one a cycle, with
// InPar * OutPar multipliers; partial sums wait in a small memory. So the work goes on while the
// vector still arrives, and a flattened sequence is a vector of many beats. A weight word holds
// (OutPar, InPar) weights, the words are (contexts, InBeats, OutBeats); a bias word OutPar biases,
// the words are (contexts or BiasRows, OutBeats). With MaxOffset > 0, output channels have weight
// exponents of their own (em_channel_shift).
module em_linear #(
  parameter bit Pairs = 1'b0,  // products two by two: of one input, for two outputs (em_mul_pair)
  parameter int InPar = 4,
  parameter int OutPar = 4,
  parameter int InBeats = 5,
  parameter int OutBeats = 10,
  parameter int XBits = 8,
  parameter int YBits = 8,
  parameter int AccBits = 24,
  parameter int BiasRows = 1,  // 0: no bias; 1; or one for every vector of a sequence
  parameter bit Relu = 1'b0,
  parameter bit LastOnAll = 1'b0,  // as of em_core
  parameter int Contexts = 1,
  parameter logic [Contexts*8-1:0] Shift = '0,
  parameter bit BlockWeights = 1'b0,
  parameter WeightInit = "",
  parameter BiasInit = "",
  parameter int MaxOffset = 0,
  parameter OffsetInit = ""
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    valid_i,
  output logic                    ready_o,
  input  logic [InPar*XBits-1:0]  data_i,
  input  logic                    last_i,
  output logic                    valid_o,
  input  logic                    ready_i,
  output logic [OutPar*YBits-1:0] data_o,
  output logic                    last_o
);

`ifndef __ICARUS__
  if (InPar < 1 || OutPar < 1) begin : gen_bad_size
    $error("em_linear: InPar = %0d, OutPar = %0d: must be 1 or more", InPar, OutPar);
  end
  if (InBeats < 1 || OutBeats < 1) begin : gen_bad_beats
    $error("em_linear: InBeats = %0d, OutBeats = %0d: must be 1 or more", InBeats, OutBeats);
  end
  if (XBits < 1 || AccBits < 1 || Contexts < 1) begin : gen_bad_bits
    $error("em_linear: XBits = %0d, AccBits = %0d, Contexts = %0d: must be 1 or more", XBits,
           AccBits, Contexts);
  end
  if (BiasRows > 1 && Contexts > 1) begin : gen_bad_rows
    $error("em_linear: BiasRows = %0d: at most 1 with Contexts = %0d", BiasRows, Contexts);
  end
`endif

  // The stage at which the adder trees are done.
  localparam int Sum = 1 + em_pkg::MulLatency + em_pkg::tree_latency(InPar);
  localparam int ProductBits = XBits + 8;
  localparam int InnerBits = em_pkg::index_bits(OutBeats);
  localparam int WeightWords = InBeats * OutBeats * Contexts;
  localparam int ContextBits = em_pkg::index_bits(Contexts);
  localparam int Copies =
      em_pkg::enable_copies(OutPar, InPar + (2 + InPar / 3) * AccBits + YBits);

  logic [Copies-1:0]      advance;
  logic                   step, first_beat, vector_last, sequence_last, unused;
  logic [InnerBits-1:0]   inner;
  logic [ContextBits-1:0] context_now, context_done;
  logic [em_pkg::index_bits(WeightWords)-1:0] address;

  em_core #(
    .Depth   (Sum + 2),
    .Active  (InBeats * OutBeats),
    .Inner   (OutBeats),
    .PopEvery(OutBeats),
    .EmitFrom((InBeats - 1) * OutBeats),
    .LastOnAll(LastOnAll),
    .Contexts(Contexts),
    .Copies  (Copies)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i, .ready_o, .last_i,
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(step),
    .inner_o(inner), .address_o(address),
    .first_row_o(first_beat), .first_vector_o(unused),
    .vector_last_o(vector_last), .sequence_last_o(sequence_last),
    .context_o(context_now), .context_done_o(context_done)
  );

  // Stage 1: weights and inputs.
  logic [OutPar*InPar*8-1:0] weights;
  logic [InPar*XBits-1:0]    x;

  em_rom #(
    .Width (OutPar * InPar * 8),
    .Depth (WeightWords),
    .Block (BlockWeights),
    .Init  (WeightInit),
    .Copies(Copies)
  ) u_weights (
    .clk_i,
    .advance_i(advance),
    .address_i(address),
    .data_o   (weights)
  );

  em_delay #(.Width(InPar * XBits)) u_x (
    .clk_i, .advance_i(advance[0]), .data_i, .data_o(x)
  );

  // Stage Sum: the sum of InPar products for each of OutPar outputs.
  logic [OutPar*AccBits-1:0] sums;

  logic [OutPar*InPar*ProductBits-1:0] products;

  for (genvar o = 0; o < OutPar; o = o + (Pairs ? 2 : 1)) begin : gen_outputs
    localparam int Copy = o * Copies / OutPar;
    for (genvar i = 0; i < InPar; i++) begin : gen_input
      localparam int At = o * InPar + i, Next = (o + 1) * InPar + i;
      if (Pairs && (o + 1 < OutPar)) begin : gen_pair
        em_mul_pair #(
          .ABits(XBits),
          .BBits(8)
        ) u_mul (
          .clk_i,
          .advance_i (advance[Copy]),
          .a_i       (x[i*XBits +: XBits]),
          .b_i       ({weights[Next*8 +: 8], weights[At*8 +: 8]}),
          .products_o({products[Next*ProductBits +: ProductBits],
                       products[At*ProductBits +: ProductBits]})
        );
      end else begin : gen_single
        em_mul #(
          .ABits(XBits),
          .BBits(8)
        ) u_mul (
          .clk_i,
          .advance_i(advance[Copy]),
          .a_i      (x[i*XBits +: XBits]),
          .b_i      (weights[At*8 +: 8]),
          .product_o(products[At*ProductBits +: ProductBits])
        );
      end
    end
  end

  for (genvar o = 0; o < OutPar; o++) begin : gen_sum
    em_adder_tree #(
      .Terms  (InPar),
      .InBits (ProductBits),
      .OutBits(AccBits)
    ) u_tree (
      .clk_i,
      .advance_i(advance[o*Copies/OutPar]),
      .terms_i  (products[o*InPar*ProductBits +: InPar*ProductBits]),
      .sum_o    (sums[o*AccBits +: AccBits])
    );
  end

  // What stage Sum must know of its step.
  logic                 summing, summing_first;
  logic [InnerBits-1:0] summing_inner;

  em_delay #(
    .Width(2 + InnerBits),
    .Depth(Sum)
  ) u_summing (
    .clk_i,
    .advance_i(advance[0]),
    .data_i   ({step, first_beat, inner}),
    .data_o   ({summing, summing_first, summing_inner})
  );

  // The bias, on time for stage Sum.
  logic [OutPar*AccBits-1:0] bias;

  if (BiasRows == 0) begin : gen_no_bias
    logic unused_sequence_last;
    assign unused_sequence_last = vector_last & sequence_last;
    assign bias = '0;
  end else begin : gen_bias
    localparam int Words = OutBeats * ((BiasRows > 1) ? BiasRows : Contexts);
    localparam int AddressBits = em_pkg::index_bits(Words);
    logic [AddressBits-1:0] row_q, row_d, bias_address;

    always_comb begin
      row_d = row_q;
      if (step && vector_last) begin
        if (sequence_last) begin
          row_d = ((Contexts > 1) && (context_now != ContextBits'(Contexts - 1))) ?
              AddressBits'(row_q + AddressBits'(OutBeats)) : '0;
        end else if (BiasRows > 1) begin
          row_d = AddressBits'(row_q + AddressBits'(OutBeats));
        end
      end
    end

    em_register #(.Width(AddressBits)) u_row (
      .clk_i, .rst_ni, .data_i(row_d), .data_o(row_q)
    );

    em_delay #(
      .Width(AddressBits),
      .Depth(Sum - 1)
    ) u_address (
      .clk_i,
      .advance_i(advance[0]),
      .data_i   (AddressBits'(row_q + AddressBits'(inner))),
      .data_o   (bias_address)
    );

    em_rom #(
      .Width (OutPar * AccBits),
      .Depth (Words),
      .Init  (BiasInit),
      .Copies(Copies)
    ) u_bias (
      .clk_i,
      .advance_i(advance),
      .address_i(bias_address),
      .data_o   (bias)
    );
  end

  // Stage Sum + 1: the accumulators.
  logic [OutPar*AccBits-1:0] partial, acc_d, acc_q;

  if (InBeats == 1) begin : gen_direct
    logic unused_summing;
    assign unused_summing = summing ^ summing_first ^ (^summing_inner);
    assign partial = bias;
  end else begin : gen_accumulate
    logic [OutPar*AccBits-1:0] stored;
    em_ram #(
      .Width(OutPar * AccBits),
      .Depth(OutBeats)
    ) u_partial (
      .clk_i,
      .write_i        (advance[0] & summing),
      .write_address_i(summing_inner),
      .data_i         (acc_d),
      .read_address_i (summing_inner),
      .data_o         (stored)
    );
    assign partial = summing_first ? bias : stored;
  end

  always_comb begin
    for (int o = 0; o < OutPar; o++) begin
      acc_d[o*AccBits +: AccBits] =
          AccBits'(partial[o*AccBits +: AccBits] + sums[o*AccBits +: AccBits]);
    end
  end

  // Stage Sum + 2: activation, rounding, saturation.
  localparam int AlignedBits = AccBits + MaxOffset;
  logic [OutPar*AccBits-1:0]     active;
  logic [OutPar*AlignedBits-1:0] aligned;
  logic [OutPar*YBits-1:0]       y_d, y_q;

  always_comb begin
    for (int o = 0; o < OutPar; o++) begin
      active[o*AccBits +: AccBits] =
          (Relu && acc_q[o*AccBits+AccBits-1]) ? '0 : acc_q[o*AccBits +: AccBits];
    end
  end

  em_channel_shift #(
    .Par       (OutPar),
    .InBits    (AccBits),
    .MaxOffset (MaxOffset),
    .Beats     (OutBeats),
    .Contexts  (Contexts),
    .Delay     (Sum + 1),
    .OffsetInit(OffsetInit)
  ) u_shift (
    .clk_i,
    .advance_i(advance[0]),
    .context_i(context_now),
    .beat_i   (inner),
    .values_i (active),
    .values_o (aligned)
  );

  for (genvar o = 0; o < OutPar; o++) begin : gen_result
    em_requantise #(
      .InBits  (AlignedBits),
      .OutBits (YBits),
      .Contexts(Contexts),
      .Shift   (Shift)
    ) u_requantise (
      .context_i(context_done),
      .value_i  (aligned[o*AlignedBits +: AlignedBits]),
      .value_o  (y_d[o*YBits +: YBits])
    );

    always_ff @(posedge clk_i) begin
      if (advance[o*Copies/OutPar]) begin
        acc_q[o*AccBits +: AccBits] <= acc_d[o*AccBits +: AccBits];
        y_q[o*YBits +: YBits]       <= y_d[o*YBits +: YBits];
      end
    end
  end

  assign data_o = y_q;

endmodule
