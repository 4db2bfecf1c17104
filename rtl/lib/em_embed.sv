// SPDX-License-Identifier: Apache-2.0
// y = requantise(table[id] + bias) for token ids: docs/arithmetic.md, section 5. An id stands in
// the lowest word of its beat. A table word holds OutPar numbers; the words are (Vocab, OutBeats).
module em_embed #(
  parameter int InPar = 4,
  parameter int OutPar = 4,
  parameter int OutBeats = 5,
  parameter int XBits = 16,
  parameter int YBits = 8,
  parameter int AccBits = 16,
  parameter int Vocab = 16,
  parameter int BiasRows = 1,
  parameter logic [7:0] Shift = '0,
  parameter bit BlockTable = 1'b0,
  parameter TableInit = "",
  parameter BiasInit = ""
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
  if (InPar < 1 || OutPar < 1 || OutBeats < 1) begin : gen_bad_size
    $error("em_embed: InPar = %0d, OutPar = %0d, OutBeats = %0d: must be 1 or more", InPar, OutPar,
           OutBeats);
  end
  if (AccBits < 1 || Vocab < 1 || BiasRows < 1) begin : gen_bad_bits
    $error("em_embed: AccBits = %0d, Vocab = %0d, BiasRows = %0d: must be 1 or more", AccBits,
           Vocab, BiasRows);
  end
  if (XBits < 2 || Vocab > 2 ** (XBits - 1)) begin : gen_bad_ids
    $error("em_embed: XBits = %0d: cannot hold the ids of Vocab = %0d", XBits, Vocab);
  end
`endif

  localparam int BeatBits = em_pkg::index_bits(OutBeats);
  localparam int TableBits = em_pkg::index_bits(Vocab * OutBeats);
  localparam int BiasBits = em_pkg::index_bits(BiasRows * OutBeats);
  localparam int Copies = em_pkg::enable_copies(OutPar, 8 + 2 * AccBits + YBits);

  logic [Copies-1:0]   advance;
  logic                step, vector_last, sequence_last;
  logic                unused_context, unused_context_done;
  logic [1:0]          unused;
  logic [BeatBits-1:0] beat, unused_address;

  em_core #(
    .Depth   (4),
    .Active  (OutBeats),
    .PopEvery(OutBeats),
    .Copies  (Copies)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i, .ready_o, .last_i,
    .valid_o, .ready_i, .last_o,
    .advance_o(advance), .step_o(step),
    .inner_o(beat), .address_o(unused_address),
    .first_row_o(unused[0]), .first_vector_o(unused[1]),
    .vector_last_o(vector_last), .sequence_last_o(sequence_last),
    .context_o(unused_context), .context_done_o(unused_context_done)
  );

  if (InPar > 1) begin : gen_padding
    logic unused_padding;
    assign unused_padding = ^data_i[InPar*XBits-1:XBits];
  end

  // id * OutBeats + beat, by shifts and additions: OutBeats is a constant.
  logic [TableBits-1:0] table_address_d, table_address_q;
  logic [BiasBits-1:0]  row_q, row_d, bias_address_q;

  always_comb begin
    table_address_d = TableBits'(beat);
    for (int b = 0; b < 32; b++) begin
      if (((OutBeats >> b) & 1) == 1) begin
        table_address_d = table_address_d + (TableBits'(data_i[XBits-1:0]) << b);
      end
    end
    row_d = row_q;
    if (step && vector_last) begin
      row_d = (sequence_last || (BiasRows == 1)) ? '0 : BiasBits'(row_q + BiasBits'(OutBeats));
    end
  end

  em_register #(.Width(BiasBits)) u_row (
    .clk_i, .rst_ni, .data_i(row_d), .data_o(row_q)
  );

  always_ff @(posedge clk_i) begin
    if (advance[0]) begin
      table_address_q <= table_address_d;
      bias_address_q  <= BiasBits'(row_q + BiasBits'(beat));
    end
  end

  logic [OutPar*8-1:0]       entry;
  logic [OutPar*AccBits-1:0] bias;

  em_rom #(
    .Width (OutPar * 8),
    .Depth (Vocab * OutBeats),
    .Block (BlockTable),
    .Init  (TableInit),
    .Copies(Copies)
  ) u_table (
    .clk_i, .advance_i(advance), .address_i(table_address_q), .data_o(entry)
  );

  em_rom #(
    .Width (OutPar * AccBits),
    .Depth (BiasRows * OutBeats),
    .Init  (BiasInit),
    .Copies(Copies)
  ) u_bias (
    .clk_i, .advance_i(advance), .address_i(bias_address_q), .data_o(bias)
  );

  for (genvar o = 0; o < OutPar; o++) begin : gen_result
    logic [AccBits-1:0] acc_q;
    logic [YBits-1:0]   y_d, y_q;

    em_requantise #(
      .InBits (AccBits),
      .OutBits(YBits),
      .Shift  (Shift)
    ) u_requantise (
      .context_i(1'b0), .value_i(acc_q), .value_o(y_d)
    );

    always_ff @(posedge clk_i) begin
      if (advance[o*Copies/OutPar]) begin
        acc_q <= AccBits'($signed(entry[o*8 +: 8])) + bias[o*AccBits +: AccBits];
        y_q   <= y_d;
      end
    end

    assign data_o[o*YBits +: YBits] = y_q;
  end

endmodule
