// SPDX-License-Identifier: Apache-2.0
#include "synth/boolean_function.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "base/error.h"

namespace emamba {

namespace {
constexpr int kMostDepth = 16;  // of parentheses and nots
constexpr int kMostStack = 64;  // three operands wait at each depth at most
}  // namespace

// or: and { | and }; and: xor { & xor }; xor: unary { ^ unary }; unary: ! unary, or primary { ' }.
class FunctionReader {
 public:
  FunctionReader(const std::string& text, const std::vector<std::string>& pins,
                 const std::string& where, std::vector<std::int8_t>& codes)
      : text_(text), pins_(pins), where_(where), codes_(codes) {}

  void read() {
    any(0);
    if (next() != '\0') throw refuse();
  }

 private:
  Error refuse() const {
    return Error(fmt::format("{}: cannot read the function \"{}\" of its pins", where_, text_),
                 "functions are of pins with ! ' & * ^ | + and parentheses");
  }

  char next() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool starts_unary() {
    const char c = next();
    return c == '!' || c == '(' || c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
  }

  void any(int depth) {
    all(depth);
    while (next() == '|' || next() == '+') {
      ++at_;
      all(depth);
      codes_.push_back(BooleanFunction::kOr);
    }
  }

  void all(int depth) {
    exclusive(depth);
    while (next() == '&' || next() == '*' || starts_unary()) {
      if (next() == '&' || next() == '*') ++at_;
      exclusive(depth);
      codes_.push_back(BooleanFunction::kAnd);
    }
  }

  void exclusive(int depth) {
    unary(depth);
    while (next() == '^') {
      ++at_;
      unary(depth);
      codes_.push_back(BooleanFunction::kXor);
    }
  }

  void unary(int depth) {
    if (depth == kMostDepth) throw refuse();
    if (next() == '!') {
      ++at_;
      unary(depth + 1);
      codes_.push_back(BooleanFunction::kNot);
      return;
    }
    if (next() == '(') {
      ++at_;
      any(depth + 1);
      if (next() != ')') throw refuse();
      ++at_;
    } else {
      pin();
    }
    while (next() == '\'') {
      ++at_;
      codes_.push_back(BooleanFunction::kNot);
    }
  }

  void pin() {
    const std::size_t begin = (next(), at_);
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_')) {
      ++at_;
    }
    const std::string name = text_.substr(begin, at_ - begin);
    const auto found = std::find(pins_.begin(), pins_.end(), name);
    if (found != pins_.end()) {
      codes_.push_back(static_cast<std::int8_t>(found - pins_.begin()));
    } else if (name == "0" || name == "1") {
      codes_.push_back(name == "0" ? BooleanFunction::kZero : BooleanFunction::kOne);
    } else {
      throw refuse();
    }
  }

  const std::string& text_;
  const std::vector<std::string>& pins_;
  const std::string& where_;
  std::vector<std::int8_t>& codes_;
  std::size_t at_ = 0;
};

BooleanFunction::BooleanFunction(const std::string& text, const std::vector<std::string>& pins,
                                 const std::string& where) {
  FunctionReader(text, pins, where, codes_).read();
}

std::uint64_t BooleanFunction::operator()(const std::uint64_t* inputs) const {
  std::array<std::uint64_t, kMostStack> stack;
  std::size_t top = 0;
  for (const std::int8_t code : codes_) {
    switch (code) {
      case kNot:
        stack[top - 1] = ~stack[top - 1];
        break;
      case kAnd:
        --top;
        stack[top - 1] &= stack[top];
        break;
      case kOr:
        --top;
        stack[top - 1] |= stack[top];
        break;
      case kXor:
        --top;
        stack[top - 1] ^= stack[top];
        break;
      case kZero:
        stack[top++] = 0;
        break;
      case kOne:
        stack[top++] = ~std::uint64_t{0};
        break;
      default:
        stack[top++] = inputs[static_cast<std::size_t>(code)];
    }
  }
  return stack[0];
}

}  // namespace emamba
