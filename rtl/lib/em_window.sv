// SPDX-License-Identifier: Apache-2.0
// The windows of a grid of vectors: docs/arithmetic.md, section 14. For every place of a kernel that
// goes over the grid, the vectors under it, row by row; zeros where it stands off the grid.
//
// Vectors come row by row and wait in a memory of Rows rows of the grid, a beat a word. A beat
// leaves as soon as it, and all before it, may: it has come, or is off the grid. The first beat of
// a grid also waits for the grid's first, and its last for the grid's last, so that nothing leaves
// of a grid that has not begun, and nothing stays of one that has ended. A row's place is free
// again when the kernel has left it. Its numbers are those of Windows in src/hw/design.h.
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
  parameter int Rows = 4
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             valid_i,
  output logic             ready_o,
  input  logic [Width-1:0] data_i,
  input  logic             last_i,
  output logic             valid_o,
  input  logic             ready_i,
  output logic [Width-1:0] data_o,
  output logic             last_o
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
  if (Rows < KernelHeight + StrideHeight) begin : gen_bad_rows
    $error("em_window: Rows = %0d: must be %0d or more", Rows, KernelHeight + StrideHeight);
  end
`endif

  localparam int OutHeight = (GridHeight + 2 * PaddingHeight - KernelHeight) / StrideHeight + 1;
  localparam int OutWidth = (GridWidth + 2 * PaddingWidth - KernelWidth) / StrideWidth + 1;
  localparam int RowBeats = GridWidth * Beats;
  localparam int BeatBits = em_pkg::index_bits(Beats);
  localparam int OffsetBits = em_pkg::index_bits(RowBeats);
  localparam int SlotBits = em_pkg::index_bits(Rows);
  localparam int HeldBits = em_pkg::index_bits(Rows + 1);
  localparam int AddressBits = em_pkg::index_bits(Rows * RowBeats);
  localparam int GridRowBits = em_pkg::index_bits(GridHeight);
  localparam int OutRowBits = em_pkg::index_bits(OutHeight);
  localparam int OutColumnBits = em_pkg::index_bits(OutWidth);
  localparam int KernelRowBits = em_pkg::index_bits(KernelHeight);
  localparam int KernelColumnBits = em_pkg::index_bits(KernelWidth);
  // Places on and off the grid, signed.
  localparam int YBits = em_pkg::index_bits(GridHeight + PaddingHeight + StrideHeight) + 2;
  localparam int XBits = em_pkg::index_bits(GridWidth + PaddingWidth + StrideWidth) + 2;

  // What comes.
  logic [OffsetBits-1:0]  in_offset_q, in_offset_d;  // in its row
  logic [GridRowBits-1:0] in_row_q, in_row_d;
  logic [SlotBits-1:0]    in_slot_q, in_slot_d;
  logic                   push, in_row_last, in_last;
  // What leaves next: the place of the kernel, and the place in it.
  logic [OutRowBits-1:0]       out_row_q, out_row_d;
  logic [OutColumnBits-1:0]    out_column_q, out_column_d;
  logic [KernelRowBits-1:0]    kernel_row_q, kernel_row_d;
  logic [KernelColumnBits-1:0] kernel_column_q, kernel_column_d;
  logic [BeatBits-1:0]         beat_q, beat_d;
  logic signed [YBits-1:0]     top_q, top_d, y_q, y_d;    // rows of the grid
  logic signed [XBits-1:0]     left_q, left_d, x_q, x_d;  // columns
  logic [SlotBits-1:0]         top_slot_q, top_slot_d, slot_q, slot_d;  // of the rows, if on the grid
  logic [OffsetBits-1:0]       left_offset_q, left_offset_d, offset_q, offset_d;
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
    return (sum >= (HeldBits+1)'(Rows)) ? SlotBits'(sum - (HeldBits+1)'(Rows)) : SlotBits'(sum);
  endfunction

  assign in_row_last = (in_offset_q == OffsetBits'(RowBeats - 1));
  assign in_last     = in_row_last & (in_row_q == GridRowBits'(GridHeight - 1));
  assign ready_o     = ((in_offset_q != '0) | (held_q != HeldBits'(Rows))) & ~(ahead_q & in_last);
  assign push        = valid_i & ready_o;

  assign on_grid  = (y_q >= 0) & (y_q < YBits'(GridHeight)) & (x_q >= 0) & (x_q < XBits'(GridWidth));
  assign has_come = ahead_q | (y_q < YBits'(in_row_q)) |
      ((y_q == YBits'(in_row_q)) & (offset_q < in_offset_q));
  assign begins   = (out_row_q == '0) & (out_column_q == '0) & (kernel_row_q == '0) &
      (kernel_column_q == '0) & (beat_q == '0);
  assign advance  = ready_i | ~valid_o;
  assign step     = advance & (has_come | ~on_grid) & (ahead_q | ~grid_last) &
      (ahead_q | ~begins | (in_row_q != '0) | (in_offset_q != '0));

  assign beat_last   = (beat_q == BeatBits'(Beats - 1));
  assign column_last = beat_last & (kernel_column_q == KernelColumnBits'(KernelWidth - 1));
  assign kernel_last = column_last & (kernel_row_q == KernelRowBits'(KernelHeight - 1));
  assign row_last    = kernel_last & (out_column_q == OutColumnBits'(OutWidth - 1));
  assign grid_last   = row_last & (out_row_q == OutRowBits'(OutHeight - 1));

  // Rows that the kernel has left at the end of its own.
  always_comb begin
    logic signed [YBits-1:0] low, next_low;
    low      = (top_q < 0) ? '0 : top_q;
    next_low = top_q + YBits'(StrideHeight);
    if (next_low < 0) next_low = '0;
    if (grid_last) next_low = YBits'(GridHeight);
    freed = HeldBits'(unsigned'(next_low - low));
  end

  always_comb begin
    in_offset_d = in_offset_q;
    in_row_d    = in_row_q;
    in_slot_d   = in_slot_q;
    if (push) begin
      in_offset_d = in_row_last ? '0 : OffsetBits'(in_offset_q + 1'b1);
      if (in_row_last) begin
        in_row_d  = in_last ? '0 : GridRowBits'(in_row_q + 1'b1);
        in_slot_d = slot_after(in_slot_q, HeldBits'(1));
      end
    end
    held_d  = HeldBits'(held_q + HeldBits'(push & (in_offset_q == '0)) -
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
    left_offset_d   = left_offset_q;
    offset_d        = offset_q;
    if (step) begin
      beat_d = beat_last ? '0 : BeatBits'(beat_q + 1'b1);
      if ((x_q >= 0) && (x_q < XBits'(GridWidth))) offset_d = OffsetBits'(offset_q + 1'b1);
      if (beat_last) begin
        kernel_column_d = KernelColumnBits'(kernel_column_q + 1'b1);
        x_d             = x_q + XBits'(1);
      end
      if (column_last) begin
        kernel_column_d = '0;
        kernel_row_d    = KernelRowBits'(kernel_row_q + 1'b1);
        x_d             = left_q;
        offset_d        = left_offset_q;
        y_d             = y_q + YBits'(1);
        if (y_q >= 0) slot_d = slot_after(slot_q, HeldBits'(1));
      end
      if (kernel_last) begin
        kernel_row_d = '0;
        out_column_d = OutColumnBits'(out_column_q + 1'b1);
        y_d          = top_q;
        slot_d       = top_slot_q;
        left_d       = left_q + XBits'(StrideWidth);
        if (left_q >= 0) begin
          left_offset_d = OffsetBits'(left_offset_q + OffsetBits'(StrideWidth * Beats));
        end else if (left_d > 0) begin
          left_offset_d = OffsetBits'(unsigned'(left_d) * Beats);
        end
      end
      if (row_last) begin
        out_column_d  = '0;
        out_row_d     = grid_last ? '0 : OutRowBits'(out_row_q + 1'b1);
        top_d         = grid_last ? -YBits'(PaddingHeight) : top_q + YBits'(StrideHeight);
        y_d           = top_d;
        top_slot_d    = slot_after(top_slot_q, freed);
        slot_d        = top_slot_d;
        left_d        = -XBits'(PaddingWidth);
        left_offset_d = '0;
      end
      if (kernel_last) begin
        x_d      = left_d;
        offset_d = left_offset_d;
      end
    end
  end

  em_register #(.Width(OffsetBits + GridRowBits + SlotBits + HeldBits + 1)) u_in (
    .clk_i, .rst_ni,
    .data_i({in_offset_d, in_row_d, in_slot_d, held_d, ahead_d}),
    .data_o({in_offset_q, in_row_q, in_slot_q, held_q, ahead_q})
  );
  em_register #(
    .Width(OutRowBits + OutColumnBits + KernelRowBits + KernelColumnBits + BeatBits + 2 * SlotBits +
           2 * OffsetBits)
  ) u_place (
    .clk_i, .rst_ni,
    .data_i({out_row_d, out_column_d, kernel_row_d, kernel_column_d, beat_d, top_slot_d, slot_d,
             left_offset_d, offset_d}),
    .data_o({out_row_q, out_column_q, kernel_row_q, kernel_column_q, beat_q, top_slot_q, slot_q,
             left_offset_q, offset_q})
  );
  em_register #(
    .Width     (2 * YBits + 2 * XBits),
    .ResetValue({{2{-YBits'(PaddingHeight)}}, {2{-XBits'(PaddingWidth)}}})
  ) u_grid_place (
    .clk_i, .rst_ni, .data_i({top_d, y_d, left_d, x_d}), .data_o({top_q, y_q, left_q, x_q})
  );

  // The beats.
  logic [Width-1:0] word, data_q;
  logic             valid_q, last_q;

  em_ram #(
    .Width(Width),
    .Depth(Rows * RowBeats)
  ) u_rows (
    .clk_i,
    .write_i        (push),
    .write_address_i(AddressBits'(AddressBits'(in_slot_q) * AddressBits'(RowBeats) +
                                  AddressBits'(in_offset_q))),
    .data_i,
    .read_address_i (AddressBits'(AddressBits'(slot_q) * AddressBits'(RowBeats) +
                                  AddressBits'(offset_q))),
    .data_o         (word)
  );

  em_register u_valid (
    .clk_i, .rst_ni, .data_i(advance ? step : valid_q), .data_o(valid_q)
  );

  always_ff @(posedge clk_i) begin
    if (advance) begin
      data_q <= on_grid ? word : '0;
      last_q <= grid_last;
    end
  end

  assign valid_o = valid_q;
  assign data_o  = data_q;
  assign last_o  = last_q;

`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (rst_ni && push && in_last && !last_i) begin
      $error("%m: the sequence does not end with the grid");
    end
  end
`endif

endmodule
