// SPDX-License-Identifier: Apache-2.0
// Counting parts.
#include "hw/parts.h"

#include <algorithm>

namespace emamba {

void Parts::add(const Part& part, std::int64_t count) {
  if (count == 0) return;
  const auto same = std::find_if(entries.begin(), entries.end(),
                                 [&](const Entry& entry) { return entry.part == part; });
  if (same == entries.end()) {
    entries.push_back({part, count});
  } else {
    same->count += count;
  }
}

void Parts::add(const Parts& parts, std::int64_t count) {
  for (const Entry& entry : parts.entries) add(entry.part, count * entry.count);
}

Parts adder_tree(int terms, int in_bits, int out_bits) {
  Parts parts;
  for (int bits = in_bits; terms > 1;) {
    const int sums = (terms + 3) / 4;
    bits = std::min(out_bits, bits + 2);
    parts.add(Adder{bits}, terms - sums);
    parts.add(Register{bits}, sums);
    terms = sums;
  }
  return parts;
}

std::int64_t multipliers(const Parts& parts) {
  std::int64_t count = 0;
  for (const Parts::Entry& entry : parts.entries) {
    if (std::holds_alternative<Multiplier>(entry.part)) count += entry.count;
    if (std::holds_alternative<MultiplierPair>(entry.part)) count += 2 * entry.count;
  }
  return count;
}

}  // namespace emamba
