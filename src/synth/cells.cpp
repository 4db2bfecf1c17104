// SPDX-License-Identifier: Apache-2.0
// Reading counts of cells.
#include "synth/cells.h"

#include <sstream>

#include "base/error.h"

namespace emamba {
CellCounts parse_stat(const std::string& text, const std::string& source) {
  const std::string heading = "Number of cells:";
  const std::size_t at = text.find(heading);
  if (at == std::string::npos || text.find(heading, at + 1) != std::string::npos) {
    throw Error(fmt::format("{}: not Yosys' statistics of one flat module", source),
                "Yosys 0.23, as Debian 12 has it, is known to work");
  }
  std::istringstream lines(text.substr(at + heading.size()));
  std::string line;
  std::getline(lines, line);
  std::int64_t all = -1;
  std::istringstream(line) >> all;
  CellCounts cells;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string type;
    std::int64_t count = 0;
    if (!(words >> type >> count)) break;
    cells[type] += count;
  }
  if (count_of(cells) != all) {
    throw Error(fmt::format("{}: says {} cells and lists {}", source, all, count_of(cells)),
                "Yosys 0.23, as Debian 12 has it, is known to work");
  }
  return cells;
}

std::int64_t count_of(const CellCounts& cells) {
  std::int64_t count = 0;
  for (const auto& [type, number] : cells) count += number;
  return count;
}

}  // namespace emamba
