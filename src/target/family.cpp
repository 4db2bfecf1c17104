// SPDX-License-Identifier: Apache-2.0
// Sums of resources.
#include "target/family.h"

namespace emamba {
namespace {

constexpr std::int64_t Resources::*kCounts[] = {
    &Resources::lut,   &Resources::lut_memory, &Resources::ff,  &Resources::dsp,
    &Resources::block, &Resources::carry,      &Resources::mux, &Resources::large};

}  // namespace

Resources& Resources::operator+=(const Resources& other) {
  for (const auto count : kCounts) this->*count += other.*count;
  return *this;
}

Resources times(std::int64_t count, Resources one) {
  for (const auto field : kCounts) one.*field *= count;
  return one;
}

Resources resources_of(const Parts& parts, const Family& family) {
  Resources sum;
  for (const Parts::Entry& entry : parts.entries) {
    sum += times(entry.count, family.part(entry.part));
  }
  return sum;
}

}  // namespace emamba
