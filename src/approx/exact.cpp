// SPDX-License-Identifier: Apache-2.0
#include "approx/exact.h"

#include <cassert>
#include <cmath>

namespace emamba {

LookupTable exact_table(Function function, NumberType x, NumberType y) {
  assert(x.bits <= fx::kMaxTableBits);
  LookupTable table;
  for (std::int64_t q = fx::min_of(x.bits); q <= fx::max_of(x.bits); ++q) {
    // exp may be infinite here, and then saturates as any other.
    const double exact = evaluate(function, std::ldexp(static_cast<double>(q), x.exp));
    table.values.push_back(static_cast<std::int32_t>(fx::quantise(exact, y)));
  }
  return table;
}

}  // namespace emamba
