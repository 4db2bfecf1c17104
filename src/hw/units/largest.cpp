// SPDX-License-Identifier: Apache-2.0
#include "hw/units/largest.h"

#include "hw/em_pkg.h"
#include "hw/memory_image.h"

namespace emamba {

int add_max(DesignGraph& graph, const std::string& name, int in, const Largest& of) {
  const std::int64_t steps = of.terms * of.beats, numbers = std::int64_t{of.par} * of.together;
  const int depth = tree_latency(of.together) + 1;
  const int out = add_stream(graph, of.par, of.bits);
  Instance& max = add_instance(graph, "em_max", name, {in}, {out});
  max.timing = Steps{.depth = depth, .active = steps, .emit_from = steps - of.beats};
  max.parts.add(Control{steps, depth});
  // Of every number but one with another, and of one with the largest so far.
  max.parts.add(Adder{of.bits}, numbers);
  max.parts.add(Choice{of.bits}, numbers);
  for (int terms = of.together; terms > 1;) {
    terms = (terms + 3) / 4;
    max.parts.add(Register{of.bits}, std::int64_t{terms} * of.par);
  }
  max.parts.add(Register{of.bits}, of.par);
  max.parts.add(Ram{of.beats, std::int64_t{of.par} * of.bits});
  max.parameters = {{"Par", number(of.par)},
                    {"Together", number(of.together)},
                    {"Beats", number(of.beats)},
                    {"Terms", number(of.terms)},
                    {"Bits", number(of.bits)}};
  return out;
}

}  // namespace emamba
