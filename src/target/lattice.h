// SPDX-License-Identifier: Apache-2.0
// Lattice's devices.
#pragma once

#include "target/family.h"

namespace emamba {

// Look-up tables of 4 inputs, MULT18X18D, memories of look-up tables of 16 words, block memories of
// 18 Kbit (Lattice FPGA-DS-02012).
const Family& ecp5();

// Logic cells of a look-up table of 4 inputs, a carry and a flip-flop; block memories of 4 Kbit;
// nothing else that can be written (Lattice FPGA-DS-02029, FPGA-DS-02008).
const Family& ice40();

}  // namespace emamba
