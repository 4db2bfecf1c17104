// SPDX-License-Identifier: Apache-2.0
// The design choices that `emamba ablate` compares, and the page that shows what they cost.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "report/text_table.h"
#include "ir/spec.h"

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
// The groups of such rows, in their order, without the baseline.
std::vector<std::string> ablation_groups(const std::vector<AblationRow>& rows);

// Of the result of an ablation, as in docs/formats.md.
TextTable ablation_table(const nlohmann::json& result);
std::string ablation_caption(const nlohmann::json& result);
// `page` with `content` as the generated part of this ablation, behind the rest if it has none.
// Throws Error, naming `path`, when its markers are not one of each, in their order.
std::string with_ablation(const std::string& page, const std::string& name,
                          const std::string& content, const std::string& path);

}  // namespace emamba
