// SPDX-License-Identifier: Apache-2.0
// Facts that modules share: the width of an index, the registers of a multiplier and of an adder
// tree, and the fixed widths of docs/arithmetic.md.
package em_pkg;

  // Not every design has a use for each.
  /* verilator lint_off UNUSED */

  // Registers between a multiplier's operands and its product (em_mul).
  localparam int MulLatency = 2;

  // Range normalisation, section 6: bits of the reciprocal, unsigned; of the ratio, signed, and of
  // its fraction.
  localparam int ReciprocalBits = 21;
  localparam int RatioBits = 16;
  localparam int RatioFraction = 14;

  // Reciprocals of large numbers, section 15: bits of a table's entries, and of their fractions.
  localparam int EntryBits = 16;
  localparam int ReciprocalEntryFraction = 24;
  localparam int RootEntryFraction = 19;

  // Attention, section 15: bits of a weight, unsigned.
  localparam int WeightBits = 8;

  // The scan, section 8: the lowest bits of a working state, which the stored state lacks.
  localparam int StateDrop = 7;

  // The mean, section 11: bits of the reciprocal of the number of tokens, signed.
  localparam int MeanReciprocalBits = 16;

  /* verilator lint_on UNUSED */

  // Bits of an index 0 .. n-1; at least 1.
  function automatic integer index_bits(input integer n);
    index_bits = (n > 1) ? $clog2(n) : 1;
  endfunction

  // The stage of em_scan at which exp(delta * A) is there and states are read.
  function automatic integer scan_read(input bit exp_table);
    scan_read = exp_table ? 3 + MulLatency : 4 + 2 * MulLatency;
  endfunction

  // Registers of an adder tree of n operands (em_adder_tree): one for every two levels.
  function automatic integer tree_latency(input integer n);
    tree_latency = ((n > 1 ? $clog2(n) : 0) + 1) / 2;
  endfunction

  // Range normalisation for tokens of `width` channels: bits of a token's sum; of the reciprocal's
  // fraction, f.
  function automatic integer sum_bits(input integer width);
    sum_bits = 8 + index_bits(width);
  endfunction
  function automatic integer square_bits(input integer width);  // of the sum of their squares
    square_bits = 16 + index_bits(width);
  endfunction
  function automatic integer reciprocal_fraction(input integer width);
    reciprocal_fraction = 20 + (width > 1 ? $clog2(width) : 0);
  endfunction

  // Attention to `keys` keys: bits of the sum of their weights; fraction bits of its reciprocal,
  // and its bits, unsigned.
  function automatic integer weight_sum_bits(input integer keys);
    weight_sum_bits = WeightBits + $clog2(keys);
  endfunction
  function automatic integer weight_sum_fraction(input integer keys);
    weight_sum_fraction = 18 + $clog2(keys);
  endfunction
  function automatic integer weight_reciprocal_bits(input integer keys);
    weight_reciprocal_bits = 11 + $clog2(keys);
  endfunction

  // Copies of a core's enable (em_core) for a datapath of `parts` equal parts with about `loads`
  // registers each: one for some hundred registers. Part i of n takes copy i * copies / n.
  function automatic integer enable_copies(input integer parts, input integer loads);
    enable_copies = (parts * loads + 255) / 256;
    if (enable_copies > parts) enable_copies = parts;
    if (enable_copies < 1) enable_copies = 1;
  endfunction

  // Steps of em_reciprocal_divider: the bits of its dividend, 2^(f+1) + width * range.
  function automatic integer divider_steps(input integer width);
    divider_steps = reciprocal_fraction(width) + 2;
  endfunction

endpackage
