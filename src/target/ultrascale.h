// SPDX-License-Identifier: Apache-2.0
// AMD's UltraScale+ devices.
#pragma once

#include "target/family.h"

namespace emamba {

// Look-up tables of 6 inputs (AMD UG574), DSP48E2 of 27 x 18 bits (UG579), block memories counted
// in RAMB18, halves of a BRAM36 (UG573). The formulas were fitted to what Yosys 0.23 makes of the
// modules.
const Family& ultrascale_plus();

}  // namespace emamba
