// SPDX-License-Identifier: Apache-2.0
// Causal depthwise convolution: docs/arithmetic.md, section 5. A beat of Par channels a cycle, with
// Par * Taps multipliers. The newest Taps - 1 inputs of every channel wait in a memory; before the
// first vector of a sequence they count as 0. A weight word holds (Par, Taps) weights, a bias word
// Par; the words are (contexts, Beats). With MaxOffset > 0, channels have weight exponents of their
// own (em_channel_shift).
module em_dwconv #(
  parameter int Par = 4,
  parameter int Taps = 4,
  parameter int Beats = 10,
  parameter int XBits = 8,
  parameter int YBits = 8,
  parameter int AccBits = 20,
  parameter int Contexts = 1,
  parameter logic [Contexts*8-1:0] Shift = '0,
  parameter WeightInit = "",
  parameter BiasInit = "",
  parameter int MaxOffset = 0,
  parameter OffsetInit = ""
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 valid_i,
  output logic                 ready_o,
  input  logic [Par*XBits-1:0] data_i,
  input  logic                 last_i,
  output logic                 valid_o,
  input  logic                 ready_i,
  output logic [Par*YBits-1:0] data_o,
  output logic                 last_o
);

`ifndef __ICARUS__
  if (Par < 1 || Taps < 1 || Beats < 1) begin : gen_bad_size
    $error("em_dwconv: Par = %0d, Taps = %0d, Beats = %0d: must be 1 or more", Par, Taps, Beats);
  end
  if (XBits < 1 || AccBits < 1 || Contexts < 1) begin : gen_bad_bits
    $error("em_dwconv: XBits = %0d, AccBits = %0d, Contexts = %0d: must be 1 or more", XBits,
           AccBits, Contexts);
  end
`endif

  // The stage at which the adder trees are done.
  localparam int Sum = 1 + em_pkg::MulLatency + em_pkg::tree_latency(Taps);
  localparam int ProductBits = XBits + 8;
  localparam int Words = Beats * Contexts;
  localparam int AddressBits = em_pkg::index_bits(Words);
  localparam int BeatBits = em_pkg::index_bits(Beats);
  localparam int ContextBits = em_pkg::index_bits(Contexts);
  localparam int Copies =
      em_pkg::enable_copies(Par, Taps * (XBits + 2) + (2 + Taps / 3) * AccBits + YBits);

  logic [Copies-1:0]      advance;
  logic                   step, first;
  logic [2:0]             unused;
  logic [BeatBits-1:0]    beat;
  logic [AddressBits-1:0] address, bias_address;
  logic [ContextBits-1:0] context_now, context_done;

  em_core #(
    .Depth   (Sum + 2),
    .Active  (Beats),
    .Contexts(Contexts),
    .Copies  (Copies)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i, .ready_o, .last_i,
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(step),
    .inner_o(beat), .address_o(address),
    .first_row_o(unused[0]), .first_vector_o(first),
    .vector_last_o(unused[1]), .sequence_last_o(unused[2]),
    .context_o(context_now), .context_done_o(context_done)
  );

  // The window of every channel: Taps inputs, the newest in the highest bits.
  logic [Par*Taps*XBits-1:0] window_d, window;

  if (Taps == 1) begin : gen_no_history
    logic unused_history;
    assign unused_history = step ^ first ^ (^beat);
    assign window_d = data_i;
  end else begin : gen_history
    localparam int Kept = (Taps - 1) * XBits;
    logic [Par*Kept-1:0] older, newer;

    em_ram #(
      .Width(Par * Kept),
      .Depth(Beats)
    ) u_history (
      .clk_i,
      .write_i        (step),
      .write_address_i(beat),
      .data_i         (newer),
      .read_address_i (beat),
      .data_o         (older)
    );

    for (genvar i = 0; i < Par; i++) begin : gen_channel
      assign window_d[i*Taps*XBits +: Taps*XBits] =
          {data_i[i*XBits +: XBits], first ? Kept'(0) : older[i*Kept +: Kept]};
      assign newer[i*Kept +: Kept] = window_d[i*Taps*XBits+XBits +: Kept];
    end
  end

  // Stage 1: windows and weights.
  logic [Par*Taps*8-1:0] weights;

  em_rom #(
    .Width (Par * Taps * 8),
    .Depth (Words),
    .Init  (WeightInit),
    .Copies(Copies)
  ) u_weights (
    .clk_i,
    .advance_i(advance),
    .address_i(address),
    .data_o   (weights)
  );

  // The bias, on time for stage Sum.
  logic [Par*AccBits-1:0] bias;

  em_delay #(
    .Width(AddressBits),
    .Depth(Sum - 1)
  ) u_address (
    .clk_i, .advance_i(advance[0]), .data_i(address), .data_o(bias_address)
  );

  em_rom #(
    .Width (Par * AccBits),
    .Depth (Words),
    .Init  (BiasInit),
    .Copies(Copies)
  ) u_bias (
    .clk_i,
    .advance_i(advance),
    .address_i(bias_address),
    .data_o   (bias)
  );

  localparam int AlignedBits = AccBits + MaxOffset;
  logic [Par*AccBits-1:0]     accs;
  logic [Par*AlignedBits-1:0] aligned;

  em_channel_shift #(
    .Par       (Par),
    .InBits    (AccBits),
    .MaxOffset (MaxOffset),
    .Beats     (Beats),
    .Contexts  (Contexts),
    .Delay     (Sum + 1),
    .OffsetInit(OffsetInit)
  ) u_shift (
    .clk_i,
    .advance_i(advance[0]),
    .context_i(context_now),
    .beat_i   (beat),
    .values_i (accs),
    .values_o (aligned)
  );

  for (genvar i = 0; i < Par; i++) begin : gen_result
    localparam int Copy = i * Copies / Par;
    localparam int WindowBits = Taps * XBits;
    logic [Taps*ProductBits-1:0] products;
    logic [AccBits-1:0]          sum, acc_q;
    logic [YBits-1:0]            y_d, y_q;

    em_delay #(.Width(WindowBits)) u_window (
      .clk_i,
      .advance_i(advance[Copy]),
      .data_i   (window_d[i*WindowBits +: WindowBits]),
      .data_o   (window[i*WindowBits +: WindowBits])
    );

    for (genvar k = 0; k < Taps; k++) begin : gen_tap
      em_mul #(
        .ABits(XBits),
        .BBits(8)
      ) u_mul (
        .clk_i,
        .advance_i(advance[Copy]),
        .a_i      (window[(i*Taps+k)*XBits +: XBits]),
        .b_i      (weights[(i*Taps+k)*8 +: 8]),
        .product_o(products[k*ProductBits +: ProductBits])
      );
    end

    em_adder_tree #(
      .Terms  (Taps),
      .InBits (ProductBits),
      .OutBits(AccBits)
    ) u_tree (
      .clk_i,
      .advance_i(advance[Copy]),
      .terms_i  (products),
      .sum_o    (sum)
    );

    em_requantise #(
      .InBits  (AlignedBits),
      .OutBits (YBits),
      .Contexts(Contexts),
      .Shift   (Shift)
    ) u_requantise (
      .context_i(context_done),
      .value_i  (aligned[i*AlignedBits +: AlignedBits]),
      .value_o  (y_d)
    );

    always_ff @(posedge clk_i) begin
      if (advance[Copy]) begin
        acc_q <= AccBits'(sum + bias[i*AccBits +: AccBits]);
        y_q   <= y_d;
      end
    end

    assign accs[i*AccBits +: AccBits] = acc_q;
    assign data_o[i*YBits +: YBits] = y_q;
  end

endmodule
