// SPDX-License-Identifier: Apache-2.0
// The tables of piecewise-linear functions.
#include "hw/units/pwl_tables.h"

#include <algorithm>

#include "hw/memory_image.h"

namespace emamba {

bool as_table(const HardwareSpec& hardware, const FunctionIntegers& function, int x_bits) {
  return std::holds_alternative<LookupTable>(function) ||
         (hardware.functions == Functions::kTable && x_bits <= fx::kMaxTableBits);
}

PwlTables pwl_tables(const std::vector<const PwlTable*>& contexts, int x_bits) {
  PwlTables result;
  for (const PwlTable* table : contexts) {
    result.knots = std::max(result.knots, static_cast<int>(table->knots.size()));
    result.slope_bits = std::max(result.slope_bits, table->slope.bits);
    for (std::int64_t v : table->intercepts) {
      result.intercept_bits = std::max(result.intercept_bits, fx::signed_bits(std::abs(v)));
    }
  }
  // A knot beyond the input's range is put where it is never, or always, passed.
  const std::int64_t never = fx::max_of(x_bits) + 1, always = fx::min_of(x_bits);
  Bits knots, slopes, intercepts;
  for (const PwlTable* table : contexts) {
    for (std::size_t k = 0; k < static_cast<std::size_t>(result.knots); ++k) {
      const std::int64_t knot = k < table->knots.size() ? table->knots[k] : never;
      knots.put(std::clamp(knot, always, never), x_bits + 1);
    }
    for (std::size_t k = 0; k <= static_cast<std::size_t>(result.knots); ++k) {
      const std::size_t line = std::min(k, table->slopes.size() - 1);
      slopes.put(table->slopes[line], result.slope_bits);
      intercepts.put(table->intercepts[line], result.intercept_bits);
    }
  }
  result.knot_table = knots.literal();
  result.slope_table = slopes.literal();
  result.intercept_table = intercepts.literal();
  return result;
}

void pack_values(std::vector<std::string>& words, const std::vector<std::int32_t>& values,
                 int bits) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    Bits word;
    word.put(values[(i + values.size() / 2) % values.size()], bits);
    words.push_back(word.hex());
  }
}

}  // namespace emamba
