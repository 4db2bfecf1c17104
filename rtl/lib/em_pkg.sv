// SPDX-License-Identifier: Apache-2.0
// What every module needs to size its wires.
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

endpackage
