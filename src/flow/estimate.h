// SPDX-License-Identifier: Apache-2.0
// The stage "estimate": the accelerator's plan, without building it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "flow/job.h"
#include "hw/plan.h"
#include "target/device.h"

namespace emamba {

// What the job's accelerator is for. Throws Error as find_device() does.
const Device& device_of(const Job& job);

// The accelerator of the job's [hardware], chosen if a goal is given. Throws Error as
// plan_program() and choose_hardware() do.
Plan job_plan(const Job& job, const Program& program);

// The job's program; where none fits the job, one with random weights.
struct PlannedProgram {
  Program program;
  bool trained = false;
};
PlannedProgram program_to_plan(const Job& job);

// Cycles, multipliers and parts: what docs/formats.md says of `emamba estimate --json`. Weights are
// random where no program fits the job.
nlohmann::json estimate_stage(const Job& job);

}  // namespace emamba
