// SPDX-License-Identifier: Apache-2.0
#include "hw/units/reciprocals.h"

#include "fx/reciprocal.h"
#include "hw/em_pkg.h"
#include "hw/memory_image.h"

namespace emamba {
namespace {

constexpr int words(bool root) {
  return root ? 384 : 256;
}

}  // namespace

Parts leading_reciprocal(int in_bits, int out_bits, int fraction, bool root) {
  const int place = index_bits(in_bits + 1);
  const int entry_fraction = root ? fx::kRootEntryFraction : fx::kReciprocalEntryFraction;
  const int value = kLeadingEntryBits + fraction + (root ? 4 : 8) - entry_fraction;
  Parts parts;
  parts.add(Logic{std::int64_t{in_bits} * 2});  // the leading bit's place
  parts.add(Multiplexer{in_bits, fx::kLeadingBits});
  parts.add(Register{2 * place + fx::kLeadingBits + 2 + out_bits});
  parts.add(Rom{.words = words(root), .width = kLeadingEntryBits, .smooth = true});
  parts.add(Multiplexer{root ? in_bits / 2 : in_bits, out_bits + 1});
  parts.add(Adder{value});
  parts.add(Choice{out_bits});
  return parts;
}

std::vector<std::string> leading_table(bool root) {
  std::vector<std::string> table;
  pack(table, words(root), 1, kLeadingEntryBits, [&](std::int64_t i) {
    return root ? fx::root_entry(128 + i) : fx::reciprocal_entry(256 + i);
  });
  return table;
}

}  // namespace emamba
