// SPDX-License-Identifier: Apache-2.0
// The design choices that `emamba ablate` compares.
#pragma once

#include <string>
#include <vector>

#include "flow/spec.h"
#include "flow/trials.h"

namespace emamba {

// All that have a meaning for the task and the keys of `base`. The first is `base` itself in
// floating point, the group "baseline", which every other one is compared with.
std::vector<Trial> ablation_trials(const Spec& base);
// Of these the groups in `only` (empty: all), behind the baseline. Throws Error for a group that is
// not among them.
std::vector<Trial> chosen_trials(const Spec& base, const std::vector<std::string>& only);

}  // namespace emamba
