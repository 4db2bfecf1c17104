// SPDX-License-Identifier: Apache-2.0
// Planning for a job.
#include "flow/estimate.h"

#include <nlohmann/json.hpp>

#include "flow/files.h"
#include "ir/random_program.h"
#include "quant/quantise.h"
#include "target/estimate.h"

namespace emamba {

const Device& device_of(const Job& job) {
  return find_device(job.spec.hardware.device);
}

Plan job_plan(const Job& job, const Program& program) {
  return plan_program(program, job.spec.hardware, device_of(job).family->rule);
}

nlohmann::json estimate_stage(const Job& job) {
  require_integer_form(network_of(job.spec).program, job.spec.approx);
  const auto stored = current_program(job);
  Rng rng{1};
  const bool offsets = job.spec.quant.weight_exponents == WeightExponents::kPerChannel;
  const Plan plan = job_plan(
      job, stored ? stored->content
                  : random_program(network_of(job.spec).program, {.offsets = offsets}, rng));
  nlohmann::json result = estimate_json(plan, device_of(job));
  result["trained"] = stored.has_value();
  return result;
}

}  // namespace emamba
