// SPDX-License-Identifier: Apache-2.0
// Round numbers along an axis.
#pragma once

#include <vector>

namespace emamba {

// At most 7 multiples of 1, 2 or 5 times a power of ten in [low, high], ascending; low < high.
std::vector<double> ticks(double low, double high);

}  // namespace emamba
