// SPDX-License-Identifier: Apache-2.0
// The selective scan: docs/arithmetic.md, section 8. DPar channels by NPar states a cycle. A
// state's recurrence takes ML + 2 cycles of the pipeline, which pass before the next token comes to
// the same state; a token of fewer steps waits for them.
//
// Inputs: 0 is x and 1 delta, in beats of DPar channels; 2 is B and 3 C, each in one beat of all
// states (BWords words, of which the first NPar * NBeats count). An A word holds (DPar, NPar)
// numbers, a D word DPar; the words are (contexts, DBeats, NBeats) and (contexts, DBeats).
module em_scan #(
  parameter bit Pairs = 1'b0,   // products that share an operand two by two (em_mul_pair)
  parameter bit DeltaX = 1'b0,  // delta * x is rounded, and not delta * B
  parameter int DPar = 4,
  parameter int NPar = 8,
  parameter int DBeats = 10,
  parameter int NBeats = 1,
  parameter int BWords = 8,
  parameter int XBits = 8,
  parameter int DeltaBits = 8,
  parameter int BBits = 8,
  parameter int CBits = 8,
  parameter int YBits = 8,
  parameter int StateBits = 24,
  parameter int IncrementBits = 32,
  parameter int AccBits = 36,
  parameter bit ExpTable = 1'b0,
  parameter ExpInit = "",
  parameter int Knots = 12,
  parameter int SlopeBits = 12,
  parameter int InterceptBits = 24,
  parameter int Contexts = 1,
  parameter logic [Contexts*8-1:0] ZShift = '0,
  parameter logic [Contexts*8-1:0] AbarShift = '0,
  parameter logic [Contexts*8-1:0] ProductShift = '0,  // of what is rounded
  parameter logic [Contexts*8-1:0] IncrementShift = '0,
  parameter logic [Contexts*8-1:0] SkipShift = '0,
  parameter logic [Contexts*8-1:0] Shift = '0,
  parameter logic [Contexts*Knots*9-1:0] KnotTable = '0,
  parameter logic [Contexts*(Knots+1)*SlopeBits-1:0] SlopeTable = '0,
  parameter logic [Contexts*(Knots+1)*InterceptBits-1:0] InterceptTable = '0,
  parameter bit BlockWeights = 1'b0,
  parameter AInit = "",
  parameter DInit = ""
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      valid0_i,
  output logic                      ready0_o,
  input  logic [DPar*XBits-1:0]     data0_i,  // x
  input  logic                      last0_i,
  input  logic                      valid1_i,
  output logic                      ready1_o,
  input  logic [DPar*DeltaBits-1:0] data1_i,  // delta
  input  logic                      last1_i,
  input  logic                      valid2_i,
  output logic                      ready2_o,
  input  logic [BWords*BBits-1:0]   data2_i,  // B
  input  logic                      last2_i,
  input  logic                      valid3_i,
  output logic                      ready3_o,
  input  logic [BWords*CBits-1:0]   data3_i,  // C
  input  logic                      last3_i,
  output logic                      valid_o,
  input  logic                      ready_i,
  output logic [DPar*YBits-1:0]     data_o,
  output logic                      last_o
);

`ifndef __ICARUS__
  if (DPar < 1 || NPar < 1 || Contexts < 1) begin : gen_bad_size
    $error("em_scan: DPar = %0d, NPar = %0d, Contexts = %0d: must be 1 or more", DPar, NPar,
           Contexts);
  end
  if (DBeats < 1 || NBeats < 1) begin : gen_bad_beats
    $error("em_scan: DBeats = %0d, NBeats = %0d: must be 1 or more", DBeats, NBeats);
  end
  if (BWords < NPar * NBeats) begin : gen_bad_words
    $error("em_scan: BWords = %0d: fewer than NPar * NBeats = %0d", BWords, NPar * NBeats);
  end
`endif

  localparam int ML = em_pkg::MulLatency;
  localparam int Recurrence = ML + 2;
  localparam int HRead = em_pkg::scan_read(ExpTable);
  localparam int HWrite = HRead + ML;
  // The stage at which the terms are added.
  localparam int Sum = HWrite + 1 + ML + em_pkg::tree_latency(NPar);
  localparam int StoredBits = StateBits - em_pkg::StateDrop;
  localparam int TermBits = CBits + StateBits;
  localparam int FactorBits = DeltaX ? 8 : XBits;
  localparam int CellStates = Pairs ? 2 : 1;
  localparam int InnerBits = em_pkg::index_bits(NBeats);
  localparam int Words = DBeats * NBeats;
  localparam int WordBits = em_pkg::index_bits(Words);
  localparam int AddressBits = em_pkg::index_bits(Words * Contexts);
  localparam int DAddressBits = em_pkg::index_bits(DBeats * Contexts);
  localparam int ContextBits = em_pkg::index_bits(Contexts);
  localparam int Copies = em_pkg::enable_copies(DPar * NPar, 3 * StateBits + IncrementBits);

  logic [Copies-1:0]      advance;
  logic                   step, inner_last, vector_last, sequence_last, first, unused;
  logic [InnerBits-1:0]   inner;
  logic [AddressBits-1:0] address;
  logic [ContextBits-1:0] context_now, context_first, context_z, context_sum, context_done;

  em_core #(
    .Inputs   (4),
    .Depth    (Sum + 2),
    .Active   (Words),
    .Inner    (NBeats),
    .Idle     ((Words < Recurrence) ? Recurrence - Words : 0),
    .PopEvery ({Words, Words, 32'd0 + NBeats, 32'd0 + NBeats}),  // in a list, numbers have a size
    .EmitEvery(NBeats),
    .Contexts (Contexts),
    .Copies   (Copies)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i({valid3_i, valid2_i, valid1_i, valid0_i}),
    .ready_o({ready3_o, ready2_o, ready1_o, ready0_o}),
    .last_i({last3_i, last2_i, last1_i, last0_i}),
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(step),
    .inner_o(inner), .address_o(address),
    .first_row_o(unused), .first_vector_o(first),
    .vector_last_o(vector_last), .sequence_last_o(sequence_last),
    .context_o(context_now), .context_done_o(context_done)
  );

  assign inner_last = (inner == InnerBits'(NBeats - 1));

  // The word of states and the word of D that a step works on, counted as the address is.
  logic [WordBits-1:0]     word_q, word_d, word_read, word_write;
  logic [DAddressBits-1:0] d_address_q, d_address_d, d_base_q, d_base_d, d_address;

  always_comb begin
    word_d      = word_q;
    d_address_d = d_address_q;
    d_base_d    = d_base_q;
    if (step) begin
      word_d = vector_last ? '0 : WordBits'(word_q + 1'b1);
      if (inner_last) d_address_d = DAddressBits'(d_address_q + 1'b1);
      if (vector_last) d_address_d = d_base_q;
      if (sequence_last) begin
        d_base_d = (context_now == ContextBits'(Contexts - 1)) ? '0 :
            DAddressBits'(d_address_q + 1'b1);
        d_address_d = d_base_d;
      end
    end
  end

  em_register #(.Width(WordBits + 2 * DAddressBits)) u_position (
    .clk_i, .rst_ni,
    .data_i({word_d, d_address_d, d_base_d}),
    .data_o({word_q, d_address_q, d_base_q})
  );

  // Stage 1: the operands.
  logic [DPar*NPar*8-1:0]    a;
  logic [DPar*XBits-1:0]     x;
  logic [DPar*DeltaBits-1:0] delta;
  logic [NPar*BBits-1:0]     b_d, b, own_b;
  logic [NPar*CBits-1:0]     c_d, c, term_c;

  always_comb begin
    b_d = data2_i[NPar*BBits-1:0];
    c_d = data3_i[NPar*CBits-1:0];
    for (int n = 1; n < NBeats; n++) begin
      if (inner == InnerBits'(n)) begin
        b_d = data2_i[n*NPar*BBits +: NPar*BBits];
        c_d = data3_i[n*NPar*CBits +: NPar*CBits];
      end
    end
  end

  if (BWords > NPar * NBeats) begin : gen_padding
    logic unused_padding;
    assign unused_padding = (^data2_i[BWords*BBits-1:NPar*NBeats*BBits]) ^
        (^data3_i[BWords*CBits-1:NPar*NBeats*CBits]);
  end

  em_rom #(
    .Width (DPar * NPar * 8),
    .Depth (Words * Contexts),
    .Block (BlockWeights),
    .Init  (AInit),
    .Copies(Copies)
  ) u_a (
    .clk_i, .advance_i(advance), .address_i(address), .data_o(a)
  );

  em_delay #(
    .Width(NPar * BBits + NPar * CBits + ContextBits)
  ) u_operands (
    .clk_i,
    .advance_i(advance[0]),
    .data_i   ({b_d, c_d, context_now}),
    .data_o   ({b, c, context_first})
  );

  // B and C, which all channels share, on time for the products with them.
  em_delay #(
    .Width(NPar * BBits),
    .Depth(DeltaX ? ML + 1 : 0)
  ) u_own_b (
    .clk_i, .advance_i(advance[0]), .data_i(b), .data_o(own_b)
  );

  em_delay #(
    .Width(NPar * CBits),
    .Depth(HWrite)
  ) u_term_c (
    .clk_i, .advance_i(advance[0]), .data_i(c), .data_o(term_c)
  );

  em_delay #(
    .Width(ContextBits),
    .Depth(ML)
  ) u_context_z (
    .clk_i, .advance_i(advance[0]), .data_i(context_first), .data_o(context_z)
  );

  // The states: read before stage HRead, at which they are in a register of the multiplier, written
  // at stage HWrite.
  logic                            first_before, writes;
  logic [DPar*NPar*StoredBits-1:0] stored, h_old, h_new;

  em_delay #(
    .Width(WordBits),
    .Depth(HRead - 1)
  ) u_read (
    .clk_i, .advance_i(advance[0]), .data_i(word_q), .data_o(word_read)
  );

  // Whether they are those of a sequence's first vector, and 0: each channel has a register of it.
  em_delay #(
    .Width(1),
    .Depth(HRead - 2)
  ) u_first (
    .clk_i, .advance_i(advance[0]), .data_i(first), .data_o(first_before)
  );

  em_delay #(
    .Width(1 + WordBits),
    .Depth(HWrite)
  ) u_write (
    .clk_i, .advance_i(advance[0]), .data_i({step, word_q}), .data_o({writes, word_write})
  );

  em_ram #(
    .Width(DPar * NPar * StoredBits),
    .Depth(Words)
  ) u_states (
    .clk_i,
    .write_i        (advance[0] & writes),
    .write_address_i(word_write),
    .data_i         (h_new),
    .read_address_i (word_read),
    .data_o         (stored)
  );

  // The skip D * x, on time for stage Sum.
  logic [DPar*8-1:0] d;

  em_delay #(
    .Width(DAddressBits),
    .Depth(Sum - ML - 1)
  ) u_d_address (
    .clk_i, .advance_i(advance[0]), .data_i(d_address_q), .data_o(d_address)
  );

  em_rom #(
    .Width(DPar * 8),
    .Depth(DBeats * Contexts),
    .Init (DInit)
  ) u_d (
    .clk_i, .advance_i(advance[0]), .address_i(d_address), .data_o(d)
  );

  // What stages Sum and Sum + 1 must know of their step.
  logic summing_first;

  em_delay #(
    .Width(1 + ContextBits),
    .Depth(Sum)
  ) u_summing (
    .clk_i,
    .advance_i(advance[0]),
    .data_i   ({inner == '0, context_now}),
    .data_o   ({summing_first, context_sum})
  );

  for (genvar i = 0; i < DPar; i++) begin : gen_channel
    localparam int Copy = i * Copies / DPar;
    logic [NPar*TermBits-1:0] terms;
    logic                     first_read_q;

    always_ff @(posedge clk_i) begin
      if (advance[Copy]) first_read_q <= first_before;
    end

    em_delay #(.Width(XBits + DeltaBits)) u_operands (
      .clk_i,
      .advance_i(advance[Copy]),
      .data_i   ({data0_i[i*XBits +: XBits], data1_i[i*DeltaBits +: DeltaBits]}),
      .data_o   ({x[i*XBits +: XBits], delta[i*DeltaBits +: DeltaBits]})
    );

    // The factor of the increments that all states share, at stage ML + 2: x, or
    // u = requantise(delta * x).
    logic [FactorBits-1:0] factor;

    if (DeltaX) begin : gen_u
      logic [DeltaBits+XBits-1:0] u_product;
      logic [7:0]                 rounded_d, rounded_q;
      em_mul #(
        .ABits(DeltaBits),
        .BBits(XBits)
      ) u_mul (
        .clk_i,
        .advance_i(advance[Copy]),
        .a_i      (delta[i*DeltaBits +: DeltaBits]),
        .b_i      (x[i*XBits +: XBits]),
        .product_o(u_product)
      );
      em_requantise #(
        .InBits  (DeltaBits + XBits),
        .OutBits (8),
        .Contexts(Contexts),
        .Shift   (ProductShift)
      ) u_requantise (
        .context_i(context_z), .value_i(u_product), .value_o(rounded_d)
      );
      always_ff @(posedge clk_i) begin
        if (advance[Copy]) rounded_q <= rounded_d;
      end
      assign factor = rounded_q;
    end else begin : gen_x
      logic unused_context;
      assign unused_context = ^context_z;
      em_delay #(
        .Width(XBits),
        .Depth(ML + 1)
      ) u_x (
        .clk_i, .advance_i(advance[Copy]), .data_i(x[i*XBits +: XBits]), .data_o(factor)
      );
    end

    for (genvar n = 0; n < NPar; n = n + CellStates) begin : gen_state
      localparam int States = (n + CellStates <= NPar) ? CellStates : 1;
      localparam int First = i * NPar + n;
      localparam int CellCopy = First * Copies / (DPar * NPar);

      assign h_old[First*StoredBits +: States*StoredBits] =
          first_read_q ? '0 : stored[First*StoredBits +: States*StoredBits];

      em_scan_cell #(
        .States        (States),
        .DeltaX        (DeltaX),
        .FactorBits    (FactorBits),
        .DeltaBits     (DeltaBits),
        .BBits         (BBits),
        .CBits         (CBits),
        .StateBits     (StateBits),
        .IncrementBits (IncrementBits),
        .ExpTable      (ExpTable),
        .ExpInit       (ExpInit),
        .Knots         (Knots),
        .SlopeBits     (SlopeBits),
        .InterceptBits (InterceptBits),
        .Contexts      (Contexts),
        .ZShift        (ZShift),
        .AbarShift     (AbarShift),
        .BbarShift     (ProductShift),
        .IncrementShift(IncrementShift),
        .KnotTable     (KnotTable),
        .SlopeTable    (SlopeTable),
        .InterceptTable(InterceptTable)
      ) u_cell (
        .clk_i,
        .advance_i(advance[CellCopy]),
        .context_i(context_first),
        .a_i      (a[First*8 +: States*8]),
        .delta_i  (delta[i*DeltaBits +: DeltaBits]),
        .b_i      (own_b[n*BBits +: States*BBits]),
        .c_i      (term_c[n*CBits +: States*CBits]),
        .factor_i (factor),
        .h_i      (h_old[First*StoredBits +: States*StoredBits]),
        .h_o      (h_new[First*StoredBits +: States*StoredBits]),
        .term_o   (terms[n*TermBits +: States*TermBits])
      );
    end

    logic [AccBits-1:0] sum, skip, acc_q;
    logic [XBits-1:0]   skip_x;
    logic [XBits+7:0]   skip_product;
    logic [YBits-1:0]   y_d, y_q;

    em_adder_tree #(
      .Terms  (NPar),
      .InBits (TermBits),
      .OutBits(AccBits)
    ) u_tree (
      .clk_i, .advance_i(advance[Copy]), .terms_i(terms), .sum_o(sum)
    );

    em_delay #(
      .Width(XBits),
      .Depth(Sum - ML - 1)
    ) u_skip_x (
      .clk_i, .advance_i(advance[Copy]), .data_i(x[i*XBits +: XBits]), .data_o(skip_x)
    );

    em_mul #(
      .ABits(8),
      .BBits(XBits)
    ) u_skip (
      .clk_i,
      .advance_i(advance[Copy]),
      .a_i      (d[i*8 +: 8]),
      .b_i      (skip_x),
      .product_o(skip_product)
    );

    em_requantise #(
      .InBits  (XBits + 8),
      .OutBits (AccBits),
      .Contexts(Contexts),
      .Shift   (SkipShift)
    ) u_skip_shift (
      .context_i(context_sum),
      .value_i  (skip_product),
      .value_o  (skip)
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
        acc_q <= AccBits'((summing_first ? skip : acc_q) + sum);
        y_q   <= y_d;
      end
    end

    assign data_o[i*YBits +: YBits] = y_q;
  end

endmodule
