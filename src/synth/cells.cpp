// SPDX-License-Identifier: Apache-2.0
// Reading counts of cells.
#include "synth/cells.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"

namespace emamba {

using nlohmann::json;

CellCounts parse_stat(const std::string& text, const std::string& source) {
  const auto refuse = [&](const std::string& what) {
    return Error(fmt::format("{}: {}", source, what), "Yosys 0.23 and 0.70 are known to work");
  };
  const json stat = parse_json(text, source);
  try {
    if (stat.at("modules").size() != 1) {
      throw refuse(fmt::format("statistics of {} modules", stat.at("modules").size()));
    }
    const json& design = stat.at("design");
    const auto cells = design.at("num_cells_by_type").get<CellCounts>();
    const auto all = design.at("num_cells").get<std::int64_t>();
    if (count_of(cells) != all) {
      throw refuse(fmt::format("says {} cells and lists {}", all, count_of(cells)));
    }
    return cells;
  } catch (const json::exception& e) {
    throw refuse(fmt::format("not Yosys' statistics: {}", e.what()));
  }
}

std::int64_t count_of(const CellCounts& cells) {
  std::int64_t count = 0;
  for (const auto& [type, number] : cells) count += number;
  return count;
}

}  // namespace emamba
