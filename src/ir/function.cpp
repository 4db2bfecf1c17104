// SPDX-License-Identifier: Apache-2.0
#include "ir/function.h"

#include <algorithm>
#include <cmath>

namespace emamba {

double evaluate(Function function, double x) {
  switch (function) {
    case Function::kSilu:
      return x / (1 + std::exp(-x));
    case Function::kExp:
      return std::exp(x);
    case Function::kGelu:
      return x / 2 * std::erfc(-x / std::sqrt(2.0));
    case Function::kRelu:
      return std::max(x, 0.0);
  }
  return x;
}

}  // namespace emamba
