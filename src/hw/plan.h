// SPDX-License-Identifier: Apache-2.0
// From an integer program to an accelerator: a unit for every operation (src/hw/units), and the
// streams and buffers between them.
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
  HardwareSpec hardware;    // by which it was made
};

// The whole program, folded as `hardware` says, its memories where `rule` wants them. A valid
// program of any size is planned; whether a device holds it is for src/target to say. Throws Error
// when the fold is not feasible (choose_folds), when blocks that shall share their hardware are not
// alike, or when an edge has no reader.
Plan plan_program(const Program& program, const HardwareSpec& hardware, const BlockRule& rule = {});

// The design of plan_program() before its buffers have depths, parts and modules: much sooner done,
// and a bound of its cycles and parts.
Design draft_program(const Program& program, const HardwareSpec& hardware,
                     const BlockRule& rule = {});

// One operation alone, its input edges as external streams: for tests and for synthesis of a part.
Plan plan_operation(const Program& program, std::size_t op, const HardwareSpec& hardware, Fold fold,
                    const BlockRule& rule = {});

}  // namespace emamba
