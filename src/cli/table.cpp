// SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace emamba {
namespace {

bool numeric(const std::string& cell) {
  const std::size_t digit = cell.find_first_not_of("+-");
  return digit == std::string::npos || std::isdigit(static_cast<unsigned char>(cell[digit])) != 0;
}

}  // namespace

Table::Table(std::vector<std::string> header) {
  rows_.push_back(std::move(header));
}

void Table::add(std::vector<std::string> row) {
  rows_.push_back(std::move(row));
}

std::string Table::text() const {
  const std::size_t columns = rows_.front().size();
  std::string text;
  std::vector<std::size_t> widths(columns);
  std::vector<bool> right(columns);
  for (std::size_t c = 0; c < columns; ++c) {
    for (const auto& row : rows_) widths[c] = std::max(widths[c], row.at(c).size());
    right[c] = std::all_of(rows_.begin() + 1, rows_.end(),
                           [&](const auto& row) { return numeric(row[c]); });
  }
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t c = 0; c < columns; ++c) {
      if (c > 0) line += "  ";
      line += right[c] ? fmt::format("{:>{}}", row[c], widths[c])
                       : fmt::format("{:<{}}", row[c], widths[c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string Table::markdown() const {
  const std::vector<std::string> rule(rows_.front().size(), "---");
  std::string text =
      fmt::format("| {} |\n| {} |\n", fmt::join(rows_.front(), " | "), fmt::join(rule, " | "));
  for (auto row = rows_.begin() + 1; row != rows_.end(); ++row) {
    text += fmt::format("| {} |\n", fmt::join(*row, " | "));
  }
  return text;
}

void Table::print() const {
  fmt::print("{}", text());
}

}  // namespace emamba
