// SPDX-License-Identifier: Apache-2.0
// Programs with random integers: for tests, and for estimates of a model that is not trained yet.
#pragma once

#include "base/rng.h"
#include "ir/program.h"

namespace emamba {

// A network with random integers, and exponents at which edges carry neither zeros nor saturated
// values alone. `offsets`: output channels of linear operations and convolutions get random
// exponents of their own.
Program random_program(Program network, bool offsets, Rng& rng);

}  // namespace emamba
