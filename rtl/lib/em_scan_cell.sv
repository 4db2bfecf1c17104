// SPDX-License-Identifier: Apache-2.0
// One state of a channel in the selective scan, or two, whose products share operands:
// docs/arithmetic.md, section 8.
//
//   z = delta * A       abar = exp(z), a table or a line
//   bbar = delta * B    increment = bbar * x       or, with DeltaX, increment = u * B
//   state = abar * h + increment                   term = C * state
//
// Operands come at stage 1 of em_scan's pipeline; the factor of the increment that the channel's
// states share, x or u, at stage ML + 2, and with DeltaX B; h at stage HRead - 1; C at stage
// HRead + ML + 1. The new h leaves at stage HRead + ML, the term ML + 1 later.
module em_scan_cell #(
  parameter int States = 1,  // 1 or 2
  parameter bit DeltaX = 1'b0,
  parameter int FactorBits = 8,  // of x or u
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
  localparam int StoredBits = StateBits - em_pkg::StateDrop,
  localparam int TermBits = CBits + StateBits
) (
  input  logic                         clk_i,
  input  logic                         advance_i,
  input  logic [ContextBits-1:0]       context_i,  // at stage 1
  input  logic [States*8-1:0]          a_i,        // operands, at stage 1
  input  logic [DeltaBits-1:0]         delta_i,
  input  logic [States*BBits-1:0]      b_i,        // with DeltaX at stage ML + 2
  input  logic [States*CBits-1:0]      c_i,        // at stage HRead + ML + 1
  input  logic [FactorBits-1:0]        factor_i,   // x or u, at stage ML + 2
  input  logic [States*StoredBits-1:0] h_i,        // the stored states, at stage HRead - 1
  output logic [States*StoredBits-1:0] h_o,        // the next ones, at stage HRead + ML
  output logic [States*TermBits-1:0]   term_o      // C * state
);

  localparam int OwnBits = DeltaX ? BBits : 8;  // of a state's own factor of the increment

`ifndef __ICARUS__
  if (States < 1 || States > 2) $error("em_scan_cell: States = %0d: must be 1 or 2", States);
  if (FactorBits < 1 || DeltaBits < 1) begin : gen_bad_size
    $error("em_scan_cell: FactorBits = %0d, DeltaBits = %0d: must be 1 or more", FactorBits,
           DeltaBits);
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
    if (IncrementBits < FactorBits + OwnBits - ((S < 0) ? S : 0)) begin : gen_bad
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

  // Products of delta with A, and of the increment's two factors.
  localparam int IncrementProduct = FactorBits + OwnBits;
  logic [States*(DeltaBits+8)-1:0]    z_products;
  logic [States*OwnBits-1:0]          own;
  logic [States*IncrementProduct-1:0] increment_products;

  if (States == 2) begin : gen_pairs
    em_mul_pair #(.ABits(DeltaBits), .BBits(8)) u_z (
      .clk_i, .advance_i, .a_i(delta_i), .b_i(a_i), .products_o(z_products)
    );
    em_mul_pair #(.ABits(FactorBits), .BBits(OwnBits)) u_increment (
      .clk_i, .advance_i, .a_i(factor_i), .b_i(own), .products_o(increment_products)
    );
  end else begin : gen_single
    em_mul #(.ABits(DeltaBits), .BBits(8)) u_z (
      .clk_i, .advance_i, .a_i(delta_i), .b_i(a_i), .product_o(z_products)
    );
    em_mul #(.ABits(FactorBits), .BBits(OwnBits)) u_increment (
      .clk_i, .advance_i, .a_i(factor_i), .b_i(own), .product_o(increment_products)
    );
  end

  // A state's own factor, at stage ML + 2: bbar = requantise(delta * B), or B.
  if (DeltaX) begin : gen_b
    assign own = b_i;
  end else begin : gen_bbar
    logic [States*(DeltaBits+BBits)-1:0] bbar_products;
    logic [States*8-1:0]                 bbar_d, bbar_q;
    if (States == 2) begin : gen_pair
      em_mul_pair #(.ABits(DeltaBits), .BBits(BBits)) u_bbar (
        .clk_i, .advance_i, .a_i(delta_i), .b_i, .products_o(bbar_products)
      );
    end else begin : gen_single
      em_mul #(.ABits(DeltaBits), .BBits(BBits)) u_bbar (
        .clk_i, .advance_i, .a_i(delta_i), .b_i, .product_o(bbar_products)
      );
    end
    for (genvar n = 0; n < States; n++) begin : gen_requantise
      em_requantise #(
        .InBits(DeltaBits + BBits), .OutBits(8), .Contexts(Contexts), .Shift(BbarShift)
      ) u_requantise (
        .context_i(context_z),
        .value_i  (bbar_products[n*(DeltaBits+BBits) +: DeltaBits+BBits]),
        .value_o  (bbar_d[n*8 +: 8])
      );
    end
    always_ff @(posedge clk_i) begin
      if (advance_i) bbar_q <= bbar_d;
    end
    assign own = bbar_q;
  end

  for (genvar n = 0; n < States; n++) begin : gen_state
    // z = requantise(delta * A)
    logic [7:0] z_d, z_q;
    em_requantise #(
      .InBits(DeltaBits + 8), .OutBits(8), .Contexts(Contexts), .Shift(ZShift)
    ) u_z_requantise (
      .context_i(context_z),
      .value_i  (z_products[n*(DeltaBits+8) +: DeltaBits+8]),
      .value_o  (z_d)
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

    // increment = round_shift(the product of its factors)
    logic [IncrementBits-1:0] increment_d, increment_q, increment;
    em_requantise #(
      .InBits(IncrementProduct), .OutBits(IncrementBits), .Contexts(Contexts),
      .Shift(IncrementShift)
    ) u_increment_shift (
      .context_i(context_increment),
      .value_i  (increment_products[n*IncrementProduct +: IncrementProduct]),
      .value_o  (increment_d)
    );
    em_delay #(.Width(IncrementBits), .Depth(HRead - ML - 3)) u_increment (
      .clk_i, .advance_i, .data_i(increment_q), .data_o(increment)
    );

    // state = saturate(abar * h + increment); the stored state drops its lowest bits.
    logic [StateBits:0]   decayed;
    logic [SumBits-1:0]   sum;
    logic [StateBits-1:0] state_d;
    em_mul #(.ABits(8), .BBits(StoredBits), .RegisterB(1'b1)) u_decay (
      .clk_i, .advance_i, .a_i(abar), .b_i(h_i[n*StoredBits +: StoredBits]), .product_o(decayed)
    );
    assign sum = SumBits'($signed(decayed)) + SumBits'($signed(increment));
    em_requantise #(.InBits(SumBits), .OutBits(StateBits)) u_state (
      .context_i(1'b0), .value_i(sum), .value_o(state_d)
    );
    assign h_o[n*StoredBits +: StoredBits] = state_d[StateBits-1:em_pkg::StateDrop];

    // term = C * state
    em_mul #(.ABits(CBits), .BBits(StateBits), .RegisterB(1'b1)) u_term (
      .clk_i, .advance_i, .a_i(c_i[n*CBits +: CBits]), .b_i(state_d),
      .product_o(term_o[n*TermBits +: TermBits])
    );

    always_ff @(posedge clk_i) begin
      if (advance_i) begin
        z_q         <= z_d;
        increment_q <= increment_d;
      end
    end
  end

endmodule
