// SPDX-License-Identifier: Apache-2.0
// Helpers of the tests: designs by hand.
#pragma once

#include <fmt/format.h>

#include <vector>

#include "hw/design.h"

namespace emamba {

// Input -> instances in a row -> output; vectors of `beats_in` beats become vectors of `beats_out`.
inline Design chain(const std::vector<Timing>& timings, std::int64_t beats_in,
                    std::int64_t beats_out, int vectors) {
  Design design;
  design.name = "chain";
  design.units = {{"unit", "Test"}};
  design.streams.resize(timings.size() + 1);
  for (std::size_t i = 0; i < timings.size(); ++i) {
    Instance instance;
    instance.name = fmt::format("u{}", i);
    instance.inputs = {static_cast<int>(i)};
    instance.outputs = {static_cast<int>(i + 1)};
    instance.timing = timings[i];
    instance.vectors = vectors;
    design.instances.push_back(instance);
  }
  design.inputs = {{"in", 0, 1, beats_in, vectors, {0}}};
  design.outputs = {{"out", static_cast<int>(timings.size()), 1, beats_out, vectors, {1}}};
  return design;
}

}  // namespace emamba
