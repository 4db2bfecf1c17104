// SPDX-License-Identifier: Apache-2.0
// Steps of one, two and five times a power of ten.
#include "report/ticks.h"

#include <cmath>

namespace emamba {

std::vector<double> ticks(double low, double high) {
  constexpr double kMost = 6;
  const double least = (high - low) / kMost;
  const double decade = std::pow(10.0, std::floor(std::log10(least)));
  double step = 10 * decade;
  for (double factor : {5.0, 2.0, 1.0}) {
    if (factor * decade >= least) step = factor * decade;
  }
  std::vector<double> result;
  // As multiples, so that no rounding error adds up; adding 0 makes a zero of -0.
  for (double n = std::ceil(low / step - 1e-9); n * step <= high + 1e-9 * step; ++n) {
    result.push_back(n * step + 0.0);
  }
  return result;
}

}  // namespace emamba
