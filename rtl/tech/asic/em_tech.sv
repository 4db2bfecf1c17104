// SPDX-License-Identifier: Apache-2.0
// Properties of the technology: standard cells, which reset without a clock.
package em_tech;

  // verilator lint_off UNUSEDPARAM
  localparam bit AsynchronousReset = 1'b1;
  localparam bit BlockMemory = 1'b0;
  localparam bit StopsIdle = 1'b1;  // registers hold what they have while nothing comes
  // verilator lint_on UNUSEDPARAM

endpackage
