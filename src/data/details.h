// SPDX-License-Identifier: Apache-2.0
// Where a model's outputs are right and where not: a metric in its parts.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "data/dataset.h"
#include "data/metrics.h"

namespace emamba {

// The metrics of some of the outputs, or some of the samples.
struct Part {
  std::string name;
  std::optional<std::size_t> samples;  // where they are not all
  Metrics metrics;
};
struct PartGroup {
  std::string by;  // e.g. "axis"
  std::vector<Part> parts;
};

struct Details {
  // Classes: their names, and samples by true class (row) and predicted class (column).
  std::vector<std::string> classes;
  Tensor<std::size_t> confusion;  // (classes, classes)

  // Quantities: by the groups of split.answer (by "output" when it has none), and by "subject"
  // where the split knows whose a sample is.
  std::vector<PartGroup> errors;
};

// outputs (samples, outputs) as for metrics_of(), which throws Error where this does. Throws Error
// also for a label that is no output, and for a group with an output that there is not.
Details details_of(const Split& split, const Tensor<float>& outputs);

// Of a class, the share of its samples that were predicted as it, percent; NaN without a sample.
double recall_percent(const Tensor<std::size_t>& confusion, std::size_t label);

// {"classes", "confusion", "recall"} with a null for a class without a sample, or
// {"errors": [{"by", "parts": [{"name", "samples" where given, a field for every metric}]}]}.
nlohmann::json to_json(const Details& details);

}  // namespace emamba
