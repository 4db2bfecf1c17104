// SPDX-License-Identifier: Apache-2.0
// Whether a simulated model holds the numbers that the plan gave its memories: a simulator may read
// a file otherwise than its writer meant. Verilator 5.006 takes the last word for 0 when the file's
// last line has no end.
#pragma once

#include "hw/design.h"
#include "sim/simulator.h"

namespace emamba {

// Compares every word of every memory that an instance names. Throws Error with the memory's file
// and the word that differs.
void check_memories(const Simulator& simulator, const Design& design);

}  // namespace emamba
