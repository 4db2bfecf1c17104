// SPDX-License-Identifier: Apache-2.0
// Facts that modules share: the width of an index, the registers of a multiplier and of an adder
// tree, and the fixed widths of docs/arithmetic.md. Constants are functions, because Verilator
// warns of a package's parameter that a design has no use for.
package em_pkg;

  // Bits of an index 0 .. n-1; at least 1.
  function automatic integer index_bits(input integer n);
    index_bits = (n > 1) ? $clog2(n) : 1;
  endfunction

  // Registers between a multiplier's operands and its product (em_mul).
  function automatic integer mul_latency();
    mul_latency = 2;
  endfunction

  // Registers of an adder tree of n operands (em_adder_tree): one for every two levels.
  function automatic integer tree_latency(input integer n);
    tree_latency = ((n > 1 ? $clog2(n) : 0) + 1) / 2;
  endfunction

  // Range normalisation, section 6, for tokens of `width` channels: bits of a token's sum; of the
  // reciprocal, unsigned, and of its fraction, f; of the ratio, signed, and of its fraction.
  function automatic integer sum_bits(input integer width);
    sum_bits = 8 + index_bits(width);
  endfunction
  function automatic integer reciprocal_bits();
    reciprocal_bits = 21;
  endfunction
  function automatic integer reciprocal_fraction(input integer width);
    reciprocal_fraction = 20 + (width > 1 ? $clog2(width) : 0);
  endfunction
  function automatic integer ratio_bits();
    ratio_bits = 16;
  endfunction
  function automatic integer ratio_fraction();
    ratio_fraction = 14;
  endfunction

  // Steps of em_reciprocal_divider: the bits of its dividend, 2^(f+1) + width * range.
  function automatic integer divider_steps(input integer width);
    divider_steps = reciprocal_fraction(width) + 2;
  endfunction

  // The scan, section 8: the lowest bits of a working state, which the stored state lacks.
  function automatic integer state_drop();
    state_drop = 7;
  endfunction

  // The mean, section 11: bits of the reciprocal of the number of tokens, signed.
  function automatic integer mean_reciprocal_bits();
    mean_reciprocal_bits = 16;
  endfunction

endpackage
