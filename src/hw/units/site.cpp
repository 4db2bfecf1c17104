// SPDX-License-Identifier: Apache-2.0
// What several units ask.
#include "hw/units/site.h"

#include <set>

namespace emamba {

int acc_bits(const Site& site, int product) {
  int bits = product;
  for (std::size_t c = 0; c < site.ops.size(); ++c) {
    bits = std::max(bits, accumulator_bits(site.program, site.op(c)));
  }
  return bits;
}

std::vector<int> multiples(int lanes, std::int64_t beats) {
  const std::vector<int> all = divisors(lanes);
  std::set<int> widths(all.begin(), all.end());
  for (std::int64_t k = 2; k <= beats; ++k) {
    // A larger multiple that needs as many beats is never better.
    if (beats_of(beats, k) < beats_of(beats, k - 1)) widths.insert(static_cast<int>(k) * lanes);
  }
  return {widths.begin(), widths.end()};
}

std::vector<int> divisors(int n) {
  std::vector<int> all;
  for (int d = 1; d <= n; ++d) {
    if (n % d == 0) all.push_back(d);
  }
  return all;
}

std::vector<Fold> element_folds(int lanes) {
  std::vector<Fold> folds;
  for (int out : divisors(lanes)) folds.push_back({1, out});
  return folds;
}

}  // namespace emamba
