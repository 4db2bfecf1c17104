// SPDX-License-Identifier: Apache-2.0
// em_leading_reciprocal: what it is made of, and its table.
#pragma once

#include <string>
#include <vector>

#include "hw/parts.h"

namespace emamba {

inline constexpr int kLeadingLatency = 3;     // its registers
inline constexpr int kLeadingEntryBits = 16;  // of its table

// 1 / x or 1 / sqrt(x) of x of `in_bits` bits, in `out_bits` bits with `fraction` fraction bits.
Parts leading_reciprocal(int in_bits, int out_bits, int fraction, bool root);
std::vector<std::string> leading_table(bool root);

}  // namespace emamba
