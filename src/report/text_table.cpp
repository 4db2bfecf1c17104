// SPDX-License-Identifier: Apache-2.0
// Tables laid out with spaces.
#include "report/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "report/fields.h"
#include "report/markdown.h"

namespace emamba {
namespace {

bool numeric(const std::string& cell) {
  const std::size_t digit = cell.find_first_not_of("+-");
  return digit == std::string::npos || std::isdigit(static_cast<unsigned char>(cell[digit])) != 0;
}

}  // namespace

TextTable::TextTable(std::vector<std::string> header) {
  rows_.push_back(std::move(header));
}

TextTable::TextTable(const ReportTable& table) {
  const auto add = [this](const auto& cells, const auto& text) {
    std::vector<std::string>& row = rows_.emplace_back();
    for (const auto& cell : cells) row.push_back(text(cell) == kNone ? "-" : text(cell));
  };
  const auto text = [](const Cell& cell) { return cell.text; };
  add(table.columns, [](const Column& column) { return column.name; });
  for (const RowGroup& group : table.groups) {
    if (!group.head.empty()) add(group.head, text);
    for (const Row& row : group.rows) add(row, text);
  }
}

void TextTable::add(std::vector<std::string> row) {
  rows_.push_back(std::move(row));
}

std::string TextTable::text() const {
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

ReportTable TextTable::report(const std::string& caption) const {
  ReportTable table{caption, {}, {{}}};
  for (const std::string& name : rows_.front()) table.columns.push_back({name, ColumnKind::kText});
  for (auto row = rows_.begin() + 1; row != rows_.end(); ++row) {
    table.groups.front().rows.emplace_back();
    for (const std::string& cell : *row) table.groups.front().rows.back().push_back({cell});
  }
  return table;
}

std::string TextTable::markdown() const {
  return markdown_table(report(""));
}

std::string number(const nlohmann::json& value, const char* format) {
  return value.is_null() ? "-" : fmt::format(fmt::runtime(format), value.get<double>() + 0.0);
}

}  // namespace emamba
