// SPDX-License-Identifier: Apache-2.0
// Sums and pieces of a design.
#include "hw/design.h"

#include <fmt/format.h>

#include <algorithm>

namespace emamba {

std::string identifier(std::string name) {
  for (const char other : {'.', '-', '+'}) std::replace(name.begin(), name.end(), other, '_');
  return name;
}

std::vector<Parts> unit_parts(const Design& design) {
  std::vector<Parts> sums(design.units.size());
  for (const Instance& instance : design.instances) sums[instance.unit].add(instance.parts);
  return sums;
}

Parts total_parts(const Design& design) {
  Parts sum;
  for (const Instance& instance : design.instances) sum.add(instance.parts);
  return sum;
}

Design unit_design(const Design& design, int unit) {
  Design part;
  part.name = design.units[unit].name;
  part.lanes = design.lanes;
  part.units = {design.units[unit]};
  part.streams = design.streams;
  std::vector<int> made(design.streams.size()), used(design.streams.size());
  for (Instance instance : design.instances) {
    if (instance.unit != unit) continue;
    for (int s : instance.inputs) used[s] = 1;
    for (int s : instance.outputs) made[s] = 1;
    instance.unit = 0;
    part.instances.push_back(std::move(instance));
  }
  for (int s = 0; s < static_cast<int>(design.streams.size()); ++s) {
    if (made[s] == used[s]) continue;
    Port port;
    port.name = fmt::format("s{}", s);
    port.stream = s;
    port.width = design.streams[s].words;
    (used[s] ? part.inputs : part.outputs).push_back(port);
  }
  return part;
}

}  // namespace emamba
