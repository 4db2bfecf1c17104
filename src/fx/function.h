// SPDX-License-Identifier: Apache-2.0
// A function of one number in integers, in the form that its program has chosen: docs/arithmetic.md
// section 7.
#pragma once

#include <cassert>
#include <cstdint>
#include <variant>
#include <vector>

#include "fx/lookup.h"
#include "fx/number.h"
#include "fx/pwl.h"

namespace emamba {

using FunctionIntegers = std::variant<PwlTable, LookupTable>;

namespace fx {

// The function at x, an integer of type x_type, as type y.
inline std::int64_t apply(const FunctionIntegers& function, std::int64_t x, NumberType x_type,
                          NumberType y) {
  if (const auto* table = std::get_if<LookupTable>(&function))
    return look_up(*table, x, x_type.bits);
  return pwl(std::get<PwlTable>(function), x, x_type.exp, y);
}

// The same at every input, from the smallest on: 2^(x_type.bits) integers of type y, whatever the
// form. At most 16 bits.
inline std::vector<std::int32_t> tabulate(const FunctionIntegers& function, NumberType x_type,
                                          NumberType y) {
  assert(x_type.bits <= 16);
  std::vector<std::int32_t> values;
  for (std::int64_t x = min_of(x_type.bits); x <= max_of(x_type.bits); ++x) {
    values.push_back(static_cast<std::int32_t>(apply(function, x, x_type, y)));
  }
  return values;
}

}  // namespace fx
}  // namespace emamba
