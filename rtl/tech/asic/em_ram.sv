// SPDX-License-Identifier: Apache-2.0
// The memory of tech/generic/em_ram.sv in standard cells: words of latches, each with a clock gate
// behind that of the whole memory.
//
// A register takes what is to be written at the rising edge, and the word is open while the clock
// is high behind it. So the register stands still from before a latch closes until half a cycle
// later, and a word shows what was written from that edge on, as if it were made of flip-flops.
module em_ram #(
  parameter int Width = 8,
  parameter int Depth = 16,
  localparam int AddressBits = em_pkg::index_bits(Depth)
) (
  input  logic                   clk_i,
  input  logic                   write_i,
  input  logic [AddressBits-1:0] write_address_i,
  input  logic [Width-1:0]       data_i,
  input  logic [AddressBits-1:0] read_address_i,
  output logic [Width-1:0]       data_o
);

`ifndef __ICARUS__
  if (Width < 1 || Depth < 1) begin : gen_bad_size
    $error("em_ram: Width = %0d, Depth = %0d: must be 1 or more", Width, Depth);
  end
`endif

  // Clock gates of words of one or two bits would take more than latches save. Verilator lets the
  // clock run through latches before flip-flops take what they read of them.
`ifdef VERILATOR
  localparam bit Latches = 1'b0;
`else
  localparam bit Latches = (Width > 2);
`endif

  if (Depth == 1) begin : gen_register
    logic [Width-1:0] word_q;
    logic             unused_address;
    always_ff @(posedge clk_i) begin
      if (write_i) word_q <= data_i;
    end
    assign data_o = word_q;
    assign unused_address = write_address_i ^ read_address_i;
  end else if (!Latches) begin : gen_flip_flops
    logic [Width-1:0] words[Depth];
    always_ff @(posedge clk_i) begin
      if (write_i) words[write_address_i] <= data_i;
    end
    assign data_o = words[read_address_i];
  end else begin : gen_latches
    logic                   write_clk;
    logic [Width-1:0]       data_q;
    logic [Depth*Width-1:0] words;

    em_clock_gate u_write (
      .clk_i,
      .enable_i(write_i),
      .clk_o   (write_clk)
    );

    always_ff @(posedge write_clk) begin
      data_q <= data_i;
    end

    for (genvar i = 0; i < Depth; i++) begin : gen_word
      logic             open;
      logic [Width-1:0] word_q;

      em_clock_gate u_gate (
        .clk_i   (write_clk),
        .enable_i(write_address_i == AddressBits'(i)),
        .clk_o   (open)
      );

      always_latch begin
        if (open) word_q = data_q;
      end

      assign words[i*Width +: Width] = word_q;
    end

    // One of the words, or nothing: smaller than a tree of multiplexers.
    always_comb begin
      data_o = '0;
      for (int i = 0; i < Depth; i++) begin
        if (read_address_i == AddressBits'(i)) data_o = data_o | words[i*Width +: Width];
      end
    end
  end

endmodule
