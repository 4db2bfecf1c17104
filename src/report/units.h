// SPDX-License-Identifier: Apache-2.0
// The units of a plan with what they take, and tables of them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/document.h"

namespace emamba {

// How many of each kind of resource, by its key in JSON.
using ReportParts = std::map<std::string, double>;

struct ReportUnit {
  std::string name, kind;
  std::int64_t multipliers = 0, products = 0, busy = 0;  // products and busy cycles of a frame
  ReportParts estimate;
  std::optional<ReportParts> synthesised;
};

// A unit's name up to its last dot, and the rest: {"blocks.0", "scan"}. The first part is empty
// when there is no dot.
std::pair<std::string, std::string> split_name(const std::string& name);

// Of ReportInput's plan and synth; nothing where synthesis has not run.
std::optional<ReportParts> synthesised_total(const nlohmann::json& plan,
                                             const nlohmann::json& synth);

// In the order of the plan.
std::vector<ReportUnit> report_units(const nlohmann::json& plan, const nlohmann::json& synth);

using UnitRow = std::function<Row(const ReportUnit& unit, const std::string& label)>;

// A row a unit. Units of a block stand together under a head, which `head` makes of their sum.
std::vector<RowGroup> unit_rows(const std::vector<ReportUnit>& units, const UnitRow& row,
                                const UnitRow& head);

}  // namespace emamba
