// SPDX-License-Identifier: Apache-2.0
// Functions as tables: docs/arithmetic.md section 7.
#pragma once

#include "fx/lookup.h"
#include "ir/function.h"

namespace emamba {

// The function at every input of type x, rounded once to type y. x has at most fx::kMaxTableBits.
LookupTable exact_table(Function function, NumberType x, NumberType y);

}  // namespace emamba
