// SPDX-License-Identifier: Apache-2.0
// A function of a cell's pins as Liberty writes it, for 64 values at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace emamba {

class BooleanFunction {
 public:
  // `text` with ! and ' for not, & * or a space for and, ^, | or +, parentheses, 0 and 1; input i
  // is called pins[i]. Throws Error, naming `where`, on anything else.
  BooleanFunction(const std::string& text, const std::vector<std::string>& pins,
                  const std::string& where);

  // Bit by bit of what the inputs are.
  std::uint64_t operator()(const std::uint64_t* inputs) const;

 private:
  enum Code : std::int8_t { kNot = -1, kAnd = -2, kOr = -3, kXor = -4, kZero = -5, kOne = -6 };
  friend class FunctionReader;

  std::vector<std::int8_t> codes_;  // of a stack: inputs by number, and the operations on them
};

}  // namespace emamba
