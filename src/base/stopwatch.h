// SPDX-License-Identifier: Apache-2.0
// How long something takes, for results.
#pragma once

#include <chrono>
#include <cmath>

namespace emamba {

// Seconds since construction, to the millisecond.
class Stopwatch {
 public:
  double seconds() const {
    const std::chrono::duration<double> passed = Clock::now() - start_;
    return std::round(passed.count() * 1000) / 1000;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

}  // namespace emamba
