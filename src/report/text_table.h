// SPDX-License-Identifier: Apache-2.0
// A table for a terminal.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "report/document.h"

namespace emamba {

// Columns as wide as their widest cell. A column whose cells are all numbers (or "-") is aligned to
// the right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header);
  // Rows and heads of groups alike; "-" where there is no number.
  explicit TextTable(const ReportTable& table);
  void add(std::vector<std::string> row);  // as many cells as the header
  std::string text() const;
  std::string markdown() const;
  ReportTable report(const std::string& caption) const;  // all cells are text

 private:
  std::vector<std::vector<std::string>> rows_;  // the header first
};

// A cell: `value` in a format such as "{:.2f}", "-" for null, and 0 for -0.
std::string number(const nlohmann::json& value, const char* format);

}  // namespace emamba
