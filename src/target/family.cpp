// SPDX-License-Identifier: Apache-2.0
// Sums of resources.
#include "target/family.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fx/number.h"

namespace emamba {
namespace {

constexpr std::int64_t Resources::*kCounts[] = {
    &Resources::lut,   &Resources::lut_memory, &Resources::ff,  &Resources::dsp,  &Resources::block,
    &Resources::cells, &Resources::carry,      &Resources::mux, &Resources::large};

}  // namespace

Resources& Resources::operator+=(const Resources& other) {
  for (const auto count : kCounts) this->*count += other.*count;
  return *this;
}

Resources times(std::int64_t count, Resources one) {
  for (const auto field : kCounts) one.*field *= count;
  return one;
}

Resources least_of(Resources a, const Resources& b) {
  for (const auto field : kCounts) a.*field = std::min(a.*field, b.*field);
  return a;
}

int counter_bits(const Control& control) {
  return fx::ceil_log2(std::max<std::int64_t>(control.steps, 2));
}

std::int64_t columns_of(const Rom& rom) {
  if (rom.words > 16) return rom.width;
  const double kinds = std::exp2(static_cast<double>(rom.words));
  return std::llround(std::ceil(kinds * -std::expm1(-static_cast<double>(rom.width) / kinds)));
}

std::int64_t blocks_of(std::int64_t words, std::int64_t width,
                       const std::vector<BlockShape>& shapes) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (const BlockShape& shape : shapes) {
    least = std::min(least, ceil_div(words, shape.words) * ceil_div(width, shape.width));
  }
  return least;
}

Resources resources_of(const Parts& parts, const Family& family) {
  Resources sum;
  for (const Parts::Entry& entry : parts.entries) {
    sum += times(entry.count, family.part(entry.part));
  }
  return sum;
}

}  // namespace emamba
