// SPDX-License-Identifier: Apache-2.0
// How the model learned, and what it gets right: curves, and the metric in its parts.
#pragma once

#include <vector>

#include "report/document.h"

namespace emamba {

// From the lines of train.jsonl; one at least.
Section training_section(const std::vector<nlohmann::json>& training);

// From an evaluation's details: recall and confusion matrix, or errors by axis, joint and subject.
Section details_section(const nlohmann::json& details);

}  // namespace emamba
