// SPDX-License-Identifier: Apache-2.0
// A piecewise-linear function, element by element: docs/arithmetic.md, section 7. A beat of Par
// elements a cycle, with Par multipliers.
module em_pwl #(
  parameter int Par = 4,
  parameter int Beats = 10,
  parameter int XBits = 8,
  parameter int YBits = 8,
  parameter int Knots = 18,
  parameter int SlopeBits = 12,
  parameter int InterceptBits = 24,
  parameter int Contexts = 1,
  parameter logic [Contexts*8-1:0] Shift = '0,
  parameter logic [Contexts*Knots*(XBits+1)-1:0] KnotTable = '0,
  parameter logic [Contexts*(Knots+1)*SlopeBits-1:0] SlopeTable = '0,
  parameter logic [Contexts*(Knots+1)*InterceptBits-1:0] InterceptTable = '0
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
  if (Par < 1 || Beats < 1 || XBits < 1 || Contexts < 1) begin : gen_bad_size
    $error("em_pwl: Par = %0d, Beats = %0d, XBits = %0d, Contexts = %0d: must be 1 or more", Par,
           Beats, XBits, Contexts);
  end
`endif

  localparam int ContextBits = em_pkg::index_bits(Contexts);
  localparam int ProductBits = XBits + SlopeBits;
  localparam int AccBits =
      ((ProductBits > InterceptBits) ? ProductBits : InterceptBits) + 1;
  localparam int Copies = em_pkg::enable_copies(
      Par, XBits + SlopeBits + (1 + em_pkg::MulLatency) * InterceptBits + AccBits + YBits);

  logic [Copies-1:0]      advance;
  logic [4:0]             unused;
  logic [ContextBits-1:0] context_now, context_done;
  logic [em_pkg::index_bits(Beats)-1:0]          unused_inner;
  logic [em_pkg::index_bits(Beats*Contexts)-1:0] unused_address;

  em_core #(
    .Depth   (3 + em_pkg::MulLatency),
    .Active  (Beats),
    .Contexts(Contexts),
    .Copies  (Copies)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i, .ready_o, .last_i,
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(unused[0]),
    .inner_o(unused_inner), .address_o(unused_address),
    .first_row_o(unused[1]), .first_vector_o(unused[2]),
    .vector_last_o(unused[3]), .sequence_last_o(unused[4]),
    .context_o(context_now), .context_done_o(context_done)
  );

  for (genvar i = 0; i < Par; i++) begin : gen_result
    localparam int Copy = i * Copies / Par;
    logic [XBits-1:0]         x_q;
    logic [SlopeBits-1:0]     slope_d, slope_q;
    logic [InterceptBits-1:0] intercept_d, intercept_q, intercept;
    logic [ProductBits-1:0]   product;
    logic [AccBits-1:0]       acc_q;
    logic [YBits-1:0]         y_d, y_q;

    em_pwl_line #(
      .Knots         (Knots),
      .XBits         (XBits),
      .SlopeBits     (SlopeBits),
      .InterceptBits (InterceptBits),
      .Contexts      (Contexts),
      .KnotTable     (KnotTable),
      .SlopeTable    (SlopeTable),
      .InterceptTable(InterceptTable)
    ) u_line (
      .context_i  (context_now),
      .x_i        (data_i[i*XBits +: XBits]),
      .slope_o    (slope_d),
      .intercept_o(intercept_d)
    );

    em_mul #(
      .ABits(SlopeBits),
      .BBits(XBits)
    ) u_mul (
      .clk_i,
      .advance_i(advance[Copy]),
      .a_i      (slope_q),
      .b_i      (x_q),
      .product_o(product)
    );

    em_delay #(
      .Width(InterceptBits),
      .Depth(em_pkg::MulLatency)
    ) u_intercept (
      .clk_i, .advance_i(advance[Copy]), .data_i(intercept_q), .data_o(intercept)
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
        x_q         <= data_i[i*XBits +: XBits];
        slope_q     <= slope_d;
        intercept_q <= intercept_d;
        acc_q       <= AccBits'($signed(product)) + AccBits'($signed(intercept));
        y_q         <= y_d;
      end
    end

    assign data_o[i*YBits +: YBits] = y_q;
  end

endmodule
