// SPDX-License-Identifier: Apache-2.0
// What every design choice costs, over several seeds: a runner that measures only what is missing,
// and goes on where it was stopped.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "flow/job.h"

namespace emamba {

struct AblationChoice {
  int seeds = 3;                  // trains with train.seed = 1 .. seeds
  std::vector<std::string> only;  // groups of choices (flow/ablation.h); none: all
  std::string split = "test";
};

// Keeps every model and number in OUT/ablate, under the keys of what they depend on. Says a line a
// number. Writes OUT/ablation.json and returns it: what docs/formats.md says of it. A choice whose
// training or program fails is reported in the result. Throws Error when the baseline fails, for an
// unknown group, and when the training is asked to stop.
nlohmann::json run_ablation(const Job& job, const AblationChoice& choice);

}  // namespace emamba
