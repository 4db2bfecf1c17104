// SPDX-License-Identifier: Apache-2.0
// The exponents of output channels in hardware (em_channel_shift), for the units whose operations
// may have them.
#pragma once

#include "hw/units/site.h"

namespace emamba {

// For `par` channels at a time: a memory of offsets, and shifters in front of the requantisers of
// accumulators of `acc` bits. Nothing when all offsets are 0.
template <class T>
void add_channel_shift(Site& site, Instance& core, const Contexts<T>& contexts, int channels,
                       int par, int acc) {
  const int highest = most(contexts, [](const T& o) { return largest_offset(o.weight_offset); });
  if (highest == 0) return;
  const int bits = index_bits(highest + 1);
  std::vector<std::string> words;
  int shifted = 0;  // bits, from the half that rounding adds up; what lies below it is dropped
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    const T& o = *contexts[c];
    const int dropped = site.y_type(c).exp - (o.weight_type.exp + site.type(o.x).exp) - 1;
    shifted = std::max(shifted, acc + highest - std::max(dropped, 0));
    pack(words, channels, par, bits, [&](std::int64_t i) {
      return channel_type(o, static_cast<std::size_t>(i)).exp - o.weight_type.exp;
    });
  }
  const auto count = static_cast<std::int64_t>(words.size());
  core.parts.add(Rom{count, par * bits});
  // A single word is a constant, and then so is the shift.
  if (count > 1) core.parts.add(Multiplexer{highest + 1, shifted}, par);
  core.parameters.push_back({"MaxOffset", number(highest)});
  core.parameters.push_back(
      {"OffsetInit", add_memory(site.graph, site.name + "_offset", par * bits, std::move(words))});
}

}  // namespace emamba
