// SPDX-License-Identifier: Apache-2.0
// One state of the selective scan: docs/arithmetic.md, section 8. Five multipliers, six with lines:
//
//   z = delta * A    abar = exp(z), a table or a line    bbar = delta * B    increment = bbar * x
//   state = abar * h + increment                         term = C * state
//
// Operands come at stage 1 of em_scan's pipeline, h at stage HRead; the new h leaves at stage
// HRead + ML, the term ML + 1 later.
module em_scan_cell #(
  parameter int XBits = 8,
  parameter int DeltaBits = 8,
  parameter int BBits = 8,
  parameter int CBits = 8,
  parameter int StateBits = 24,
  parameter int IncrementBits = 32,
  parameter bit ExpTable = 1'b0,  // exp from a table, else from lines
  parameter ExpInit = "",
  parameter int Knots = 12,
  parameter int SlopeBits = 12,
  parameter int InterceptBits = 24,
  parameter int Contexts = 1,
  parameter logic [Contexts*8-1:0] ZShift = '0,
  parameter logic [Contexts*8-1:0] AbarShift = '0,
  parameter logic [Contexts*8-1:0] BbarShift = '0,
  parameter logic [Contexts*8-1:0] IncrementShift = '0,
  parameter logic [Contexts*Knots*9-1:0] KnotTable = '0,
  parameter logic [Contexts*(Knots+1)*SlopeBits-1:0] SlopeTable = '0,
  parameter logic [Contexts*(Knots+1)*InterceptBits-1:0] InterceptTable = '0,
  localparam int ContextBits = em_pkg::index_bits(Contexts),
  localparam int StoredBits = StateBits - em_pkg::StateDrop
) (
  input  logic                       clk_i,
  input  logic                       advance_i,
  input  logic [ContextBits-1:0]     context_i,  // at stage 1
  input  logic [7:0]                 a_i,        // operands, at stage 1
  input  logic [DeltaBits-1:0]       delta_i,
  input  logic [BBits-1:0]           b_i,
  input  logic [CBits-1:0]           c_i,
  input  logic [XBits-1:0]           x_i,
  input  logic [StoredBits-1:0]      h_i,        // the stored state, at stage HRead
  output logic [StoredBits-1:0]      h_o,        // the next one, at stage HRead + ML
  output logic [CBits+StateBits-1:0] term_o      // C * state
);

`ifndef __ICARUS__
  if (XBits < 1 || DeltaBits < 1) begin : gen_bad_size
    $error("em_scan_cell: XBits = %0d, DeltaBits = %0d: must be 1 or more", XBits, DeltaBits);
  end
  if (BBits < 1 || CBits < 1) begin : gen_bad_bits
    $error("em_scan_cell: BBits = %0d, CBits = %0d: must be 1 or more", BBits, CBits);
  end
  if (StateBits < em_pkg::StateDrop + 2) begin : gen_bad_state
    $error("em_scan_cell: StateBits = %0d: must be %0d or more", StateBits,
           em_pkg::StateDrop + 2);
  end
  for (genvar c = 0; c < Contexts; c++) begin : gen_check
    localparam int S = 32'($signed(IncrementShift[c*8 +: 8]));
    if (IncrementBits < XBits + 8 - ((S < 0) ? S : 0)) begin : gen_bad
      $error("em_scan_cell: IncrementBits = %0d: cannot hold the increment of context %0d",
             IncrementBits, c);
    end
  end
`endif

  localparam int ML = em_pkg::MulLatency;
  localparam int HRead = em_pkg::scan_read(ExpTable);
  localparam int SumBits =
      ((StateBits + 1 > IncrementBits) ? (StateBits + 1) : IncrementBits) + 1;

  // The context, with each requantisation.
  logic [ContextBits-1:0] context_z, context_line, context_increment;
  em_delay #(.Width(ContextBits), .Depth(ML)) u_context_z (
    .clk_i, .advance_i, .data_i(context_i), .data_o(context_z)
  );
  em_delay #(.Width(ContextBits), .Depth(1)) u_context_line (
    .clk_i, .advance_i, .data_i(context_z), .data_o(context_line)
  );
  em_delay #(.Width(ContextBits), .Depth(ML)) u_context_increment (
    .clk_i, .advance_i, .data_i(context_line), .data_o(context_increment)
  );

  // z = requantise(delta * A)
  logic [DeltaBits+7:0] z_product;
  logic [7:0]           z_d, z_q;
  em_mul #(.ABits(DeltaBits), .BBits(8)) u_z (
    .clk_i, .advance_i, .a_i(delta_i), .b_i(a_i), .product_o(z_product)
  );
  em_requantise #(
    .InBits(DeltaBits + 8), .OutBits(8), .Contexts(Contexts), .Shift(ZShift)
  ) u_z_requantise (
    .context_i(context_z), .value_i(z_product), .value_o(z_d)
  );

  // abar = exp(z), 0 .. 127, at stage HRead
  logic [7:0] abar;

  if (ExpTable) begin : gen_table
    assign abar[7] = 1'b0;
    em_table_element #(
      .XBits   (8),
      .YBits   (7),
      .Contexts(Contexts),
      .Init    (ExpInit)
    ) u_exp (
      .clk_i, .advance_i, .context_i(context_line), .x_i(z_q), .y_o(abar[6:0])
    );
  end else begin : gen_lines
    // max(0, the line at z, requantised to {8, -7})
    localparam int LineAccBits =
        ((8 + SlopeBits > InterceptBits) ? (8 + SlopeBits) : InterceptBits) + 1;
    logic [ContextBits-1:0]   context_abar;
    logic [SlopeBits-1:0]     slope_d, slope_q;
    logic [InterceptBits-1:0] intercept_d, intercept_q, intercept;
    logic [7:0]               line_z_q;
    logic [SlopeBits+7:0]     line_product;
    logic [LineAccBits-1:0]   line;
    logic [7:0]               abar_d, abar_q;
    em_pwl_line #(
      .Knots(Knots),
      .XBits(8),
      .SlopeBits(SlopeBits),
      .InterceptBits(InterceptBits),
      .Contexts(Contexts),
      .KnotTable(KnotTable),
      .SlopeTable(SlopeTable),
      .InterceptTable(InterceptTable)
    ) u_line (
      .context_i(context_line), .x_i(z_q), .slope_o(slope_d), .intercept_o(intercept_d)
    );
    em_mul #(.ABits(SlopeBits), .BBits(8)) u_line_product (
      .clk_i, .advance_i, .a_i(slope_q), .b_i(line_z_q), .product_o(line_product)
    );
    em_delay #(.Width(InterceptBits), .Depth(ML)) u_intercept (
      .clk_i, .advance_i, .data_i(intercept_q), .data_o(intercept)
    );
    assign line = LineAccBits'($signed(line_product)) + LineAccBits'($signed(intercept));
    em_delay #(.Width(ContextBits), .Depth(1)) u_context_abar (
      .clk_i, .advance_i, .data_i(context_increment), .data_o(context_abar)
    );
    em_requantise #(
      .InBits(LineAccBits), .OutBits(8), .Contexts(Contexts), .Shift(AbarShift)
    ) u_abar (
      .context_i(context_abar), .value_i(line), .value_o(abar_d)
    );
    always_ff @(posedge clk_i) begin
      if (advance_i) begin
        slope_q     <= slope_d;
        intercept_q <= intercept_d;
        line_z_q    <= z_q;
        abar_q      <= abar_d[7] ? 8'd0 : abar_d;
      end
    end
    assign abar = abar_q;
  end

  // bbar = requantise(delta * B); increment = round_shift(bbar * x)
  logic [DeltaBits+BBits-1:0] bbar_product;
  logic [7:0]                 bbar_d, bbar_q;
  logic [XBits-1:0]           x;
  logic [XBits+7:0]           increment_product;
  logic [IncrementBits-1:0]   increment_d, increment_q, increment;
  em_mul #(.ABits(DeltaBits), .BBits(BBits)) u_bbar (
    .clk_i, .advance_i, .a_i(delta_i), .b_i, .product_o(bbar_product)
  );
  em_requantise #(
    .InBits(DeltaBits + BBits), .OutBits(8), .Contexts(Contexts), .Shift(BbarShift)
  ) u_bbar_requantise (
    .context_i(context_z), .value_i(bbar_product), .value_o(bbar_d)
  );
  em_delay #(.Width(XBits), .Depth(ML + 1)) u_x (
    .clk_i, .advance_i, .data_i(x_i), .data_o(x)
  );
  em_mul #(.ABits(8), .BBits(XBits)) u_increment_product (
    .clk_i, .advance_i, .a_i(bbar_q), .b_i(x), .product_o(increment_product)
  );
  em_requantise #(
    .InBits(XBits + 8), .OutBits(IncrementBits), .Contexts(Contexts), .Shift(IncrementShift)
  ) u_increment_shift (
    .context_i(context_increment), .value_i(increment_product), .value_o(increment_d)
  );
  em_delay #(.Width(IncrementBits), .Depth(HRead - ML - 3)) u_increment (
    .clk_i, .advance_i, .data_i(increment_q), .data_o(increment)
  );

  // state = saturate(abar * h + increment); the stored state drops its lowest bits.
  logic [StateBits:0]   decayed;
  logic [SumBits-1:0]   sum;
  logic [StateBits-1:0] state_d, state_q;
  em_mul #(.ABits(8), .BBits(StoredBits)) u_decay (
    .clk_i, .advance_i, .a_i(abar), .b_i(h_i), .product_o(decayed)
  );
  assign sum = SumBits'($signed(decayed)) + SumBits'($signed(increment));
  em_requantise #(.InBits(SumBits), .OutBits(StateBits)) u_state (
    .context_i(1'b0), .value_i(sum), .value_o(state_d)
  );
  assign h_o = state_d[StateBits-1:em_pkg::StateDrop];

  // term = C * state
  logic [CBits-1:0] c;
  em_delay #(.Width(CBits), .Depth(HRead + ML)) u_c (
    .clk_i, .advance_i, .data_i(c_i), .data_o(c)
  );
  em_mul #(.ABits(CBits), .BBits(StateBits)) u_term (
    .clk_i, .advance_i, .a_i(c), .b_i(state_q), .product_o(term_o)
  );

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      z_q         <= z_d;
      bbar_q      <= bbar_d;
      increment_q <= increment_d;
      state_q     <= state_d;
    end
  end

endmodule
