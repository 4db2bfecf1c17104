// SPDX-License-Identifier: Apache-2.0
// The choice of buffers' depths, by running the design.
#include "hw/buffers.h"

#include <algorithm>

#include "hw/em_pkg.h"
#include "hw/memory_image.h"
#include "hw/timing.h"

namespace emamba {
namespace {

CycleReport run_paced(const Design& design) {
  std::int64_t busiest = 1;  // cycles a sequence
  for (const Instance& instance : design.instances) {
    if (const auto* steps = std::get_if<Steps>(&instance.timing)) {
      busiest = std::max(busiest, (steps->active + steps->idle) * instance.vectors);
    }
  }
  // A design that is slower than its busiest core, e.g. because a loop takes its time, is paced by
  // what it does: otherwise its buffers would hold what has piled up, not what differs.
  const std::int64_t vectors = design.inputs.at(0).vectors;
  const auto paced = [&](std::int64_t period) {
    return run_timing(design, (period + vectors - 1) / vectors);
  };
  CycleReport report = paced(busiest);
  return report.per_frame > busiest + vectors ? paced(report.per_frame) : report;
}

}  // namespace

void size_buffers(Design& design) {
  const CycleReport filled = run_paced(design);
  for (std::size_t i = 0; i < design.instances.size(); ++i) {
    Instance& instance = design.instances[i];
    auto* fifo = std::get_if<Fifo>(&instance.timing);
    if (fifo == nullptr) continue;
    if (fifo->depth == 0) fifo->depth = std::max<std::int64_t>(2, filled.occupancy[i]);
    const int width = design.streams[instance.inputs[0]].data_bits();
    instance.parameters = {{"Width", number(width)}};
    if (fifo->depth == 2) {
      instance.module = "em_stream_register";
      instance.parts.add(Multiplexer{2, width});
      instance.parts.add(Logic{5});
      instance.parts.add(Register{2 * width + 4});
    } else {
      instance.module = "em_fifo";
      instance.parameters.push_back({"Depth", number(fifo->depth)});
      instance.parts.add(Ram{fifo->depth, width + 1});
      instance.parts.add(Control{fifo->depth, 0});
      instance.parts.add(Register{index_bits(fifo->depth)});  // a third counter
    }
  }
}

}  // namespace emamba
