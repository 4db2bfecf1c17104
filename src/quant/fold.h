// SPDX-License-Identifier: Apache-2.0
// A trained network without what a Linear can do as well: batch norms, and ReLUs of their own.
#pragma once

#include "ir/float_model.h"

namespace emamba {

// The same function of real numbers, but for rounding, in fewer operations. A batch norm goes into
// the Linear before it, if nothing else reads that, or else into those behind it, also behind a
// flattening; a ReLU into the Linear before it. What stands between goes on as it is: a network
// without them is returned unchanged.
FloatModel folded(FloatModel model);
// The same of a network without numbers.
Program folded(const Program& network);

}  // namespace emamba
