// SPDX-License-Identifier: Apache-2.0
// Lattice's ECP5 devices.
#pragma once

#include "target/family.h"

namespace emamba {

const Family& ecp5();

}  // namespace emamba
