// SPDX-License-Identifier: Apache-2.0
// Metrics as results hold them: a field for each, and beside them a list of what they are.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "report/document.h"

namespace emamba {

struct Measure {
  std::string key, name, unit;  // e.g. "rmse_cm", "RMSE", "cm"
  bool larger_is_better = false;

  std::string label() const;        // "RMSE, cm"
  std::string change_unit() const;  // of a difference: "cm"; of percentages "points"
  std::string change_of() const;    // "cm of RMSE", "points of accuracy"
};
Measure measure_of(const nlohmann::json& measure);
// Of the field "measures" of a result; one at least. Models are compared by the last.
std::vector<Measure> measures_at(const nlohmann::json& result);

// "90.83 %", or "MAE 5.34, RMSE 7.63 cm".
std::string metrics_text(const std::vector<Measure>& measures, const nlohmann::json& metrics);
// What the metric that models are compared by changes from one to the other: "-0.19 points", or
// "+0.05 cm of RMSE" where there are several.
std::string change_text(const std::vector<Measure>& measures, const nlohmann::json& before,
                        const nlohmann::json& after);

// A row for each arithmetic: its metrics, what changes from the row above, and why. `metrics` holds
// them as "float", "pwl" and "golden".
ReportTable arithmetic_table(const std::vector<Measure>& measures, const nlohmann::json& metrics);

}  // namespace emamba
