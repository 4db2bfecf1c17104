// SPDX-License-Identifier: Apache-2.0
// Programs with random integers: for tests, and for estimates of a model that is not trained yet.
#pragma once

#include "base/rng.h"
#include "ir/program.h"

namespace emamba {

struct DrawOptions {
  bool offsets =
      false;  // channels of linear operations and convolutions have exponents of their own
  bool tables = false;  // every other function, on average, has a table instead of lines
  bool orders = false;  // the scans of every other program, on average, round delta * x
};

// A network with random integers, and exponents at which edges carry neither zeros nor saturated
// values alone.
Program random_program(Program network, DrawOptions options, Rng& rng);

}  // namespace emamba
