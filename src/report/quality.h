// SPDX-License-Identifier: Apache-2.0
// How the model learned, and what it gets right: curves, and the metric in its parts.
#pragma once

#include <string>
#include <vector>

#include "report/document.h"
#include "report/measures.h"

namespace emamba {

// From the lines of train.jsonl; one at least.
Section training_section(const std::vector<nlohmann::json>& training, const Measure& compared);

// The details of an evaluation, and what it is called beside others; "" alone.
struct Evaluation {
  std::string name;
  nlohmann::json details;
};

// Of classes: how many samples of each there are, and the share that each evaluation has right.
ReportTable recall_table(const std::vector<Evaluation>& evaluations);
// Of quantities: each metric of each evaluation by whatever the details group them by.
ReportTable error_table(const std::vector<Evaluation>& evaluations,
                        const std::vector<Measure>& measures);
// Whichever of the two the details are for.
ReportTable parts_table(const std::vector<Evaluation>& evaluations,
                        const std::vector<Measure>& measures);

// The parts of an evaluation in integers, and the confusion of classes.
Section details_section(const nlohmann::json& details, const std::vector<Measure>& measures);

}  // namespace emamba
