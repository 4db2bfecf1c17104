// SPDX-License-Identifier: Apache-2.0
// What the outputs of a task mean: classes, or quantities with a unit.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace emamba {

// Quantities whose errors are reported together, e.g. by "axis" those called "x".
struct OutputGroup {
  std::string by, name;
  std::vector<std::size_t> outputs;
};

struct Answer {
  std::vector<std::string> names;   // of classes or quantities; those without one are numbered
  std::string unit;                 // that errors of quantities are reported in; "": none
  double units = 1;                 // of it in one of what the targets are in: 100 cm in a metre
  std::vector<OutputGroup> groups;  // in their order; none: every quantity by itself

  // Of an output, counted from 0.
  std::string name(std::size_t output) const;
  std::vector<std::string> all_names(std::size_t outputs) const;
};

}  // namespace emamba
