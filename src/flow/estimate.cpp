// SPDX-License-Identifier: Apache-2.0
// Planning for a job.
#include "flow/estimate.h"

#include <nlohmann/json.hpp>

#include "flow/files.h"
#include "ir/random_program.h"
#include "quant/quantise.h"
#include "target/estimate.h"
#include "target/explore.h"

namespace emamba {

const Device& device_of(const Job& job) {
  return find_device(job.spec.hardware.device);
}

Plan job_plan(const Job& job, const Program& program) {
  HardwareSpec hardware = job.spec.hardware;
  const Device& device = device_of(job);
  if (hardware.goal != Goal::kNone) {
    hardware =
        choose_hardware(program, hardware, device, job.threads, job.progress("choosing hardware"));
  }
  return plan_program(program, hardware, device.family->rule);
}

PlannedProgram program_to_plan(const Job& job) {
  Program network = folded_network_of(job.spec);
  require_integer_form(network, job.spec.approx);
  if (auto stored = current_program(job)) return {std::move(stored->content), true};
  Rng rng{1};
  const bool offsets = job.spec.quant.weight_exponents == WeightExponents::kPerChannel;
  return {random_program(std::move(network), {.offsets = offsets}, rng), false};
}

nlohmann::json estimate_stage(const Job& job) {
  const PlannedProgram planned = program_to_plan(job);
  nlohmann::json result = estimate_json(job_plan(job, planned.program), device_of(job));
  result["trained"] = planned.trained;
  return result;
}

}  // namespace emamba
