// SPDX-License-Identifier: Apache-2.0
// The windows of a grid of vectors: docs/arithmetic.md, section 14. For every place of a kernel
// that goes over the grid, the vectors under it, row by row; zeros where it stands off the grid.
// One vector of Beats beats at a time, or, of vectors of one beat, a row of the kernel or all of
// it (ColumnsAtOnce, RowsAtOnce).
//
// Vectors come row by row and wait in a memory of Rows rows of the grid. A beat leaves as soon as
// it, and all before it, may: what it is made of has come, or is off the grid. The first beat of a
// grid also waits for the grid's first, and its last for the grid's last, so that nothing leaves of
// a grid that has not begun, and nothing stays of one that has ended. A row's place is free again
// when the kernel has left it. Its numbers are those of Windows in src/hw/design.h.
//
// The memory has a bank for each vector that is read at once: column x of the grid is in bank
// x mod ColumnsAtOnce at x / ColumnsAtOnce, and so are the places of rows.
module em_window #(
  parameter int Width = 32,  // bits of a beat
  parameter int Beats = 1,   // of a vector
  parameter int GridHeight = 8,
  parameter int GridWidth = 8,
  parameter int KernelHeight = 3,
  parameter int KernelWidth = 3,
  parameter int StrideHeight = 1,
  parameter int StrideWidth = 1,
  parameter int PaddingHeight = 1,
  parameter int PaddingWidth = 1,
  parameter int RowsAtOnce = 1,     // 1 or KernelHeight
  parameter int ColumnsAtOnce = 1,  // 1 or KernelWidth
  parameter int Rows = 4,           // a multiple of RowsAtOnce
  localparam int Taps = RowsAtOnce * ColumnsAtOnce
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  valid_i,
  output logic                  ready_o,
  input  logic [Width-1:0]      data_i,
  input  logic                  last_i,
  output logic                  valid_o,
  input  logic                  ready_i,
  output logic [Taps*Width-1:0] data_o,
  output logic                  last_o
);

`ifndef __ICARUS__
  if (Width < 1 || Beats < 1 || GridHeight < 1 || GridWidth < 1) begin : gen_bad_size
    $error("em_window: Width = %0d, Beats = %0d, grid of %0d x %0d: must be 1 or more", Width,
           Beats, GridHeight, GridWidth);
  end
  if (StrideHeight < 1 || StrideHeight > KernelHeight || StrideWidth < 1 ||
      StrideWidth > KernelWidth) begin : gen_bad_stride
    $error("em_window: stride of %0d x %0d: must be 1 to the kernel's %0d x %0d", StrideHeight,
           StrideWidth, KernelHeight, KernelWidth);
  end
  if (PaddingHeight < 0 || PaddingHeight >= KernelHeight || PaddingWidth < 0 ||
      PaddingWidth >= KernelWidth) begin : gen_bad_padding
    $error("em_window: padding of %0d x %0d: must be less than the kernel's %0d x %0d",
           PaddingHeight, PaddingWidth, KernelHeight, KernelWidth);
  end
  if ((RowsAtOnce != 1 && RowsAtOnce != KernelHeight) ||
      (ColumnsAtOnce != 1 && ColumnsAtOnce != KernelWidth) ||
      (RowsAtOnce > ColumnsAtOnce && ColumnsAtOnce != KernelWidth)) begin : gen_bad_at_once
    $error("em_window: %0d x %0d at once: must be 1 x 1, or 1 or all rows by all columns",
           RowsAtOnce, ColumnsAtOnce);
  end
  if (Beats > 1 && Taps > 1) begin : gen_bad_beats
    $error("em_window: Beats = %0d: must be 1 with several at once", Beats);
  end
  if (Rows < KernelHeight + StrideHeight || Rows % RowsAtOnce != 0) begin : gen_bad_rows
    $error("em_window: Rows = %0d: must be %0d or more, and a multiple of %0d", Rows,
           KernelHeight + StrideHeight, RowsAtOnce);
  end
`endif

  localparam int OutHeight = (GridHeight + 2 * PaddingHeight - KernelHeight) / StrideHeight + 1;
  localparam int OutWidth = (GridWidth + 2 * PaddingWidth - KernelWidth) / StrideWidth + 1;
  localparam int KernelRows = KernelHeight / RowsAtOnce;        // steps
  localparam int KernelColumns = KernelWidth / ColumnsAtOnce;
  localparam int RowBeats = GridWidth * Beats;
  localparam int BankBeats = (GridWidth + ColumnsAtOnce - 1) / ColumnsAtOnce * Beats;  // of a row
  localparam int BankWords = Rows / RowsAtOnce * BankBeats;
  localparam int BeatBits = em_pkg::index_bits(Beats);
  localparam int OffsetBits = em_pkg::index_bits(RowBeats);
  localparam int SlotBits = em_pkg::index_bits(Rows);
  localparam int HeldBits = em_pkg::index_bits(Rows + 1);
  localparam int AddressBits = em_pkg::index_bits(BankWords);
  localparam int BankBits = em_pkg::index_bits(ColumnsAtOnce);
  localparam int GridRowBits = em_pkg::index_bits(GridHeight);
  localparam int OutRowBits = em_pkg::index_bits(OutHeight);
  localparam int OutColumnBits = em_pkg::index_bits(OutWidth);
  localparam int KernelRowBits = em_pkg::index_bits(KernelRows);
  localparam int KernelColumnBits = em_pkg::index_bits(KernelColumns);
  // Places on and off the grid, signed.
  localparam int YBits = em_pkg::index_bits(GridHeight + 2 * KernelHeight) + 2;
  localparam int XBits = em_pkg::index_bits(GridWidth + 2 * KernelWidth) + 2;
  localparam int IndexBits = em_pkg::index_bits((GridWidth + 2 * KernelWidth) * Beats) + 2;
  // Of the kernel's leftmost place, the bank of its first column, and the place there.
  localparam int FirstBank = (ColumnsAtOnce - PaddingWidth % ColumnsAtOnce) % ColumnsAtOnce;
  localparam int FirstIndex = -((PaddingWidth + ColumnsAtOnce - 1) / ColumnsAtOnce) * Beats;

  // What comes: its place in its row, and in its bank.
  logic [OffsetBits-1:0]  in_offset_q, in_offset_d;
  logic [OffsetBits-1:0]  in_index_q, in_index_d;
  logic [BankBits-1:0]    in_bank_q, in_bank_d;
  logic [BeatBits-1:0]    in_beat_q, in_beat_d;
  logic [GridRowBits-1:0] in_row_q, in_row_d;
  logic [SlotBits-1:0]    in_slot_q, in_slot_d;
  logic                   push, in_row_last, in_last;
  // What leaves next: the place of the kernel, and the place in it.
  logic [OutRowBits-1:0]        out_row_q, out_row_d;
  logic [OutColumnBits-1:0]     out_column_q, out_column_d;
  logic [KernelRowBits-1:0]     kernel_row_q, kernel_row_d;
  logic [KernelColumnBits-1:0]  kernel_column_q, kernel_column_d;
  logic [BeatBits-1:0]          beat_q, beat_d;
  logic signed [YBits-1:0]      top_q, top_d, y_q, y_d;    // rows of the grid
  logic signed [XBits-1:0]      left_q, left_d, x_q, x_d;  // columns
  logic [SlotBits-1:0]          top_slot_q, top_slot_d;    // of the kernel's first row on the grid
  logic [SlotBits-1:0]          slot_q, slot_d;            // of row y, as if it were on the grid
  logic [BankBits-1:0]          left_bank_q, left_bank_d;  // of column x, likewise
  logic signed [IndexBits-1:0]  left_index_q, left_index_d, index_q, index_d;
  // Both.
  logic [HeldBits-1:0] held_q, held_d, freed;  // rows in the memory, whole or not
  logic                ahead_q, ahead_d;       // what comes is of the next grid

  logic step, advance, on_grid, has_come, begins;
  logic beat_last, column_last, kernel_last, row_last, grid_last;

  // The place of a row some rows after another.
  function automatic logic [SlotBits-1:0] slot_after(logic [SlotBits-1:0] slot,
                                                     logic [HeldBits-1:0] rows);
    logic [HeldBits:0] sum;
    sum = (HeldBits+1)'(slot) + (HeldBits+1)'(rows);
    if (sum >= (HeldBits+1)'(Rows)) sum = sum - (HeldBits+1)'(Rows);
    slot_after = SlotBits'(sum);
  endfunction

  // Whether a row's place is in bank r of rows; where it begins in its bank.
  function automatic logic in_row_bank(logic [SlotBits-1:0] slot, int r);
    in_row_bank = 1'b0;
    for (int i = r; i < Rows; i += RowsAtOnce) begin
      if (slot == SlotBits'(i)) in_row_bank = 1'b1;
    end
  endfunction
  function automatic logic [AddressBits-1:0] row_address(logic [SlotBits-1:0] slot);
    row_address = '0;
    for (int i = 0; i < Rows; i++) begin
      if (slot == SlotBits'(i)) row_address = AddressBits'(i / RowsAtOnce * BankBeats);
    end
  endfunction

  assign in_row_last = (in_offset_q == OffsetBits'(RowBeats - 1));
  assign in_last     = in_row_last & (in_row_q == GridRowBits'(GridHeight - 1));
  assign ready_o     = ((in_offset_q != '0) | (held_q != HeldBits'(Rows))) & ~(ahead_q & in_last);
  assign push        = valid_i & ready_o;

  // The last of what is read at once: its row, and its beat in it.
  logic signed [YBits-1:0]     last_y;
  logic signed [XBits-1:0]     last_x;
  logic signed [IndexBits-1:0] last_offset;

  always_comb begin
    last_y = y_q + YBits'(RowsAtOnce - 1);
    if (last_y >= YBits'(GridHeight)) last_y = YBits'(GridHeight - 1);
    last_x = x_q + XBits'(ColumnsAtOnce - 1);
    if (last_x >= XBits'(GridWidth)) last_x = XBits'(GridWidth - 1);
    last_offset = (ColumnsAtOnce == 1) ? index_q : IndexBits'(last_x);
  end

  assign on_grid  = (last_y >= 0) & (y_q < YBits'(GridHeight)) & (last_x >= 0) &
      (x_q < XBits'(GridWidth));
  assign has_come = ahead_q | (last_y < $signed(YBits'(in_row_q))) |
      ((last_y == $signed(YBits'(in_row_q))) & (last_offset < $signed(IndexBits'(in_offset_q))));
  assign begins   = (out_row_q == '0) & (out_column_q == '0) & (kernel_row_q == '0) &
      (kernel_column_q == '0) & (beat_q == '0);
  assign advance  = ready_i | ~valid_o;
  assign step     = advance & (has_come | ~on_grid) & (ahead_q | ~grid_last) &
      (ahead_q | ~begins | (in_row_q != '0) | (in_offset_q != '0));

  assign beat_last   = (beat_q == BeatBits'(Beats - 1));
  assign column_last = beat_last & (kernel_column_q == KernelColumnBits'(KernelColumns - 1));
  assign kernel_last = column_last & (kernel_row_q == KernelRowBits'(KernelRows - 1));
  assign row_last    = kernel_last & (out_column_q == OutColumnBits'(OutWidth - 1));
  assign grid_last   = row_last & (out_row_q == OutRowBits'(OutHeight - 1));

  // Of the kernel's next place; beyond the last bank one place on.
  logic [BankBits:0] next_bank;
  assign next_bank = (BankBits+1)'(left_bank_q) + (BankBits+1)'(StrideWidth);

  // Rows that the kernel has left at the end of its own.
  logic signed [YBits-1:0] low, next_low;
  always_comb begin
    low      = (top_q < 0) ? '0 : top_q;
    next_low = top_q + YBits'(StrideHeight);
    if (next_low < 0) next_low = '0;
    if (grid_last) next_low = YBits'(GridHeight);
    freed = HeldBits'(next_low - low);
  end

  always_comb begin
    in_offset_d = in_offset_q;
    in_index_d  = in_index_q;
    in_bank_d   = in_bank_q;
    in_beat_d   = in_beat_q;
    in_row_d    = in_row_q;
    in_slot_d   = in_slot_q;
    if (push) begin
      in_offset_d = OffsetBits'(in_offset_q + 1'b1);
      in_beat_d   = (in_beat_q == BeatBits'(Beats - 1)) ? '0 : BeatBits'(in_beat_q + 1'b1);
      in_bank_d   = (in_bank_q == BankBits'(ColumnsAtOnce - 1)) ? '0 : BankBits'(in_bank_q + 1'b1);
      if (in_bank_q == BankBits'(ColumnsAtOnce - 1)) in_index_d = OffsetBits'(in_index_q + 1'b1);
      if (in_row_last) begin
        in_offset_d = '0;
        in_index_d  = '0;
        in_bank_d   = '0;
        in_row_d    = in_last ? '0 : GridRowBits'(in_row_q + 1'b1);
        in_slot_d   = slot_after(in_slot_q, HeldBits'(1));
      end
    end
    held_d = HeldBits'(held_q + ((push && in_offset_q == '0) ? HeldBits'(1) : '0) -
                       ((step & row_last) ? freed : '0));
    ahead_d = (ahead_q & ~(step & grid_last)) | (push & in_last);
  end

  always_comb begin
    out_row_d       = out_row_q;
    out_column_d    = out_column_q;
    kernel_row_d    = kernel_row_q;
    kernel_column_d = kernel_column_q;
    beat_d          = beat_q;
    top_d           = top_q;
    y_d             = y_q;
    left_d          = left_q;
    x_d             = x_q;
    top_slot_d      = top_slot_q;
    slot_d          = slot_q;
    left_bank_d     = left_bank_q;
    left_index_d    = left_index_q;
    index_d         = index_q;
    if (step) begin
      beat_d  = beat_last ? '0 : BeatBits'(beat_q + 1'b1);
      index_d = index_q + IndexBits'(1);
      if (beat_last) begin
        kernel_column_d = KernelColumnBits'(kernel_column_q + 1'b1);
        x_d             = x_q + XBits'(1);
      end
      if (column_last) begin
        kernel_column_d = '0;
        kernel_row_d    = KernelRowBits'(kernel_row_q + 1'b1);
        x_d             = left_q;
        index_d         = left_index_q;
        y_d             = y_q + YBits'(1);
        slot_d          = slot_after(slot_q, HeldBits'(1));
      end
      if (kernel_last) begin
        kernel_row_d = '0;
        out_column_d = OutColumnBits'(out_column_q + 1'b1);
        left_d       = left_q + XBits'(StrideWidth);
        if (ColumnsAtOnce == 1) begin
          left_index_d = left_index_q + IndexBits'(StrideWidth * Beats);
        end else if (next_bank >= (BankBits+1)'(ColumnsAtOnce)) begin
          left_bank_d  = BankBits'(next_bank - (BankBits+1)'(ColumnsAtOnce));
          left_index_d = left_index_q + IndexBits'(1);
        end else begin
          left_bank_d = BankBits'(next_bank);
        end
        y_d = top_q;
      end
      if (row_last) begin
        out_column_d = '0;
        out_row_d    = grid_last ? '0 : OutRowBits'(out_row_q + 1'b1);
        top_d        = grid_last ? -YBits'(PaddingHeight) : top_q + YBits'(StrideHeight);
        y_d          = top_d;
        top_slot_d   = slot_after(top_slot_q, freed);
        left_d       = -XBits'(PaddingWidth);
        left_bank_d  = BankBits'(FirstBank);
        left_index_d = IndexBits'(FirstIndex);
      end
      if (kernel_last) begin
        x_d     = left_d;
        index_d = left_index_d;
        // Rows above the grid are counted back from its first.
        slot_d  = (top_d < 0) ? slot_after(top_slot_d, HeldBits'(YBits'(Rows) + top_d))
                              : top_slot_d;
      end
    end
  end

  em_register #(
    .Width(2 * OffsetBits + BankBits + BeatBits + GridRowBits + SlotBits + HeldBits + 1)
  ) u_in (
    .clk_i, .rst_ni,
    .data_i({in_offset_d, in_index_d, in_bank_d, in_beat_d, in_row_d, in_slot_d, held_d, ahead_d}),
    .data_o({in_offset_q, in_index_q, in_bank_q, in_beat_q, in_row_q, in_slot_q, held_q, ahead_q})
  );
  em_register #(
    .Width(OutRowBits + OutColumnBits + KernelRowBits + KernelColumnBits + BeatBits + SlotBits)
  ) u_place (
    .clk_i, .rst_ni,
    .data_i({out_row_d, out_column_d, kernel_row_d, kernel_column_d, beat_d, top_slot_d}),
    .data_o({out_row_q, out_column_q, kernel_row_q, kernel_column_q, beat_q, top_slot_q})
  );
  em_register #(
    .Width     (2 * YBits + 2 * XBits + SlotBits + BankBits + 2 * IndexBits),
    .ResetValue({{2{-YBits'(PaddingHeight)}}, {2{-XBits'(PaddingWidth)}},
                 SlotBits'((Rows - PaddingHeight) % Rows), BankBits'(FirstBank),
                 {2{IndexBits'(FirstIndex)}}})
  ) u_grid_place (
    .clk_i, .rst_ni,
    .data_i({top_d, y_d, left_d, x_d, slot_d, left_bank_d, left_index_d, index_d}),
    .data_o({top_q, y_q, left_q, x_q, slot_q, left_bank_q, left_index_q, index_q})
  );

  // The beats.
  logic [Taps*Width-1:0] words, taps, data_q;  // by bank; by place in the kernel
  logic                  valid_q, last_q;

  for (genvar i = 0; i < RowsAtOnce; i++) begin : gen_row_bank
    // The kernel's row in this bank.
    logic [SlotBits-1:0] slot;
    always_comb begin
      slot = slot_q;
      for (int k = 0; k < RowsAtOnce; k++) begin
        if (in_row_bank(slot_after(slot_q, HeldBits'(k)), i)) begin
          slot = slot_after(slot_q, HeldBits'(k));
        end
      end
    end
    for (genvar j = 0; j < ColumnsAtOnce; j++) begin : gen_column_bank
      localparam int Bank = i * ColumnsAtOnce + j;
      logic [AddressBits-1:0] address;
      assign address = AddressBits'(row_address(slot) +
                                    AddressBits'(index_q + IndexBits'(BankBits'(j) < left_bank_q)));
      em_ram #(
        .Width(Width),
        .Depth(BankWords)
      ) u_bank (
        .clk_i,
        .write_i        (push && (in_bank_q == BankBits'(j)) && in_row_bank(in_slot_q, i)),
        .write_address_i(AddressBits'(row_address(in_slot_q) + AddressBits'(in_index_q))),
        .data_i,
        .read_address_i (address),
        .data_o         (words[Bank*Width +: Width])
      );
    end
  end

  // From banks to places in the kernel.
  always_comb begin
    taps = '0;
    for (int ky = 0; ky < RowsAtOnce; ky++) begin
      for (int kx = 0; kx < ColumnsAtOnce; kx++) begin
        for (int r = 0; r < RowsAtOnce; r++) begin
          for (int c = 0; c < ColumnsAtOnce; c++) begin
            if (in_row_bank(slot_after(slot_q, HeldBits'(ky)), r) &&
                (((BankBits+1)'(left_bank_q) + (BankBits+1)'(kx) == (BankBits+1)'(c)) ||
                 ((BankBits+1)'(left_bank_q) + (BankBits+1)'(kx) ==
                  (BankBits+1)'(c + ColumnsAtOnce))) &&
                (y_q + YBits'(ky) >= 0) && (y_q + YBits'(ky) < YBits'(GridHeight)) &&
                (x_q + XBits'(kx) >= 0) && (x_q + XBits'(kx) < XBits'(GridWidth))) begin
              taps[(ky*ColumnsAtOnce+kx)*Width +: Width] =
                  words[(r*ColumnsAtOnce+c)*Width +: Width];
            end
          end
        end
      end
    end
  end

  em_register u_valid (
    .clk_i, .rst_ni, .data_i(advance ? step : valid_q), .data_o(valid_q)
  );

  always_ff @(posedge clk_i) begin
    if (advance) begin
      data_q <= taps;
      last_q <= grid_last;
    end
  end

  assign valid_o = valid_q;
  assign data_o  = data_q;
  assign last_o  = last_q;

`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (rst_ni && push && in_last && !last_i) $error("%m: the sequence does not end with the grid");
  end
`endif

endmodule
