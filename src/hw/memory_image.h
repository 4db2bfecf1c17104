// SPDX-License-Identifier: Apache-2.0
// Integers as the text of SystemVerilog: parameters, and the words of memory files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace emamba {

// A bit vector that grows from the lowest bit up.
class Bits {
 public:
  // Appends the `bits` lowest bits of a two's complement number.
  void put(std::int64_t value, int bits) {
    for (int i = 0; i < bits; ++i) bits_.push_back((value >> (i < 63 ? i : 63) & 1) != 0);
  }
  int size() const { return static_cast<int>(bits_.size()); }
  // Hexadecimal, the highest digit first; leading zeros kept.
  std::string hex() const {
    std::string text((bits_.size() + 3) / 4, '0');
    for (std::size_t d = 0; d < text.size(); ++d) {
      int digit = 0;
      for (std::size_t b = 0; b < 4; ++b) {
        if (d * 4 + b < bits_.size() && bits_[d * 4 + b]) digit |= 1 << b;
      }
      text[text.size() - 1 - d] = "0123456789abcdef"[digit];
    }
    return text;
  }
  // For example 16'h07fb.
  std::string literal() const { return std::to_string(size()) + "'h" + hex(); }

 private:
  std::vector<bool> bits_;
};

// A parameter's value.
template <class T>
std::string number(T value) {
  return std::to_string(value);
}
inline std::string flag(bool value) {
  return value ? "1'b1" : "1'b0";
}

// Appends a vector of `width` numbers as words of `par`; value(i) is number i, padding is 0.
template <class F>
void pack(std::vector<std::string>& words, std::int64_t width, int par, int bits, const F& value) {
  for (std::int64_t first = 0; first < width; first += par) {
    Bits word;
    for (std::int64_t i = first; i < first + par; ++i) word.put(i < width ? value(i) : 0, bits);
    words.push_back(word.hex());
  }
}

}  // namespace emamba
