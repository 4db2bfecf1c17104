// SPDX-License-Identifier: Apache-2.0
// The stage "emit": the accelerator as files.
#pragma once

#include <string>

#include "flow/job.h"
#include "hw/plan.h"

namespace emamba {

// Of everything that simulation and synthesis of the design depend on.
std::string design_hash(const Plan& plan);

// Writes OUT/hardware and returns its path. Throws Error as emit() does.
std::string emit_stage(const Job& job, const Plan& plan, const Program& program);

}  // namespace emamba
