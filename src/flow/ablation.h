// SPDX-License-Identifier: Apache-2.0
// The design choices that `emamba ablate` compares.
#pragma once

#include <string>
#include <vector>

#include "flow/spec.h"

namespace emamba {

enum class Arithmetic {
  kExact,      // floating point, exact functions
  kPiecewise,  // floating point, piecewise-linear functions that are not rounded
  kInteger,    // the integer program, before any fine-tuning
  kTuned       // the same, fine-tuned
};
const char* name_of(Arithmetic arithmetic);

// One choice. A row whose overrides change the configuration of model or training has a training
// of its own; the others use the model of the configuration as it is.
struct AblationRow {
  std::string group, name;
  std::vector<std::string> overrides;  // "key=value" of the spec; none: as configured
  Arithmetic arithmetic;
};

// All that have a meaning for the task and the keys of `base`. The first is `base` itself in
// floating point, the group "baseline", which every other row is compared with.
std::vector<AblationRow> ablation_rows(const Spec& base);
// Of these the groups in `only` (empty: all), behind the baseline. Throws Error for a group that is
// not among them.
std::vector<AblationRow> chosen_rows(const Spec& base, const std::vector<std::string>& only);

}  // namespace emamba
