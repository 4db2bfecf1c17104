// SPDX-License-Identifier: Apache-2.0
// From an integer program to an accelerator: for every operation its modules, their parameters,
// memories, steps and parts, and the streams and buffers between them.
#pragma once

#include <vector>

#include "hw/design.h"
#include "hw/fold.h"
#include "hw/timing.h"
#include "ir/program.h"

namespace emamba {

struct Plan {
  Design design;
  CycleReport cycles;
  std::vector<Fold> folds;  // of each operation
};

// The whole program, folded as its spec's [hardware] says. Buffers beside a longer way are as deep
// as the timing model finds them filled. Throws Error when the fold is not feasible (choose_folds),
// or when the memories exceed the device's.
Plan plan_program(const Program& program, const HardwareSpec& hardware);

// One operation alone, its input edges as external streams: for tests and for synthesis of a part.
Plan plan_operation(const Program& program, std::size_t op, const HardwareSpec& hardware,
                    Fold fold);

// Sums over the instances of each unit, in the order of design.units.
std::vector<Resources> unit_resources(const Design& design);
Resources total_resources(const Design& design);

}  // namespace emamba
