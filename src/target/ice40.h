// SPDX-License-Identifier: Apache-2.0
// Lattice's iCE40 devices.
#pragma once

#include "target/family.h"

namespace emamba {

const Family& ice40();            // LP and HX, without multiplier blocks
const Family& ice40_ultraplus();  // with SB_MAC16

}  // namespace emamba
