// SPDX-License-Identifier: Apache-2.0
// Properties of the technology: FPGAs, where registers with a synchronous reset may become part of
// a block memory.
package em_tech;

  localparam bit AsynchronousReset = 1'b0;
  localparam bit BlockMemory = 1'b1;

endpackage
