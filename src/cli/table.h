// SPDX-License-Identifier: Apache-2.0
// A table of text.
#pragma once

#include <string>
#include <vector>

namespace emamba {

// Columns as wide as their widest cell. A column whose cells are all numbers (or "-") is aligned to
// the right.
class Table {
 public:
  explicit Table(std::vector<std::string> header);
  void add(std::vector<std::string> row);  // as many cells as the header
  std::string text() const;
  std::string markdown() const;
  void print() const;

 private:
  std::vector<std::vector<std::string>> rows_;  // the header first
};

}  // namespace emamba
