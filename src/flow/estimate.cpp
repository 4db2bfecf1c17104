// SPDX-License-Identifier: Apache-2.0
// Planning for a job.
#include "flow/estimate.h"

#include <nlohmann/json.hpp>

#include "flow/files.h"
#include "hw/json.h"
#include "ir/random_program.h"

namespace emamba {

Plan job_plan(const Job& job, const Program& program) {
  return plan_program(program, job.spec.hardware);
}

nlohmann::json estimate_stage(const Job& job) {
  const auto stored = find_program(job);
  Rng rng{1};
  const bool offsets = job.spec.quant.weight_exponents == WeightExponents::kPerChannel;
  nlohmann::json result = estimate_json(job_plan(
      job, stored ? stored->content : random_program(network_of(job.spec).program, offsets, rng)));
  result["trained"] = stored.has_value();
  return result;
}

}  // namespace emamba
