// SPDX-License-Identifier: Apache-2.0
// The choice of buffers' depths, by running the design.
#include "hw/buffers.h"

#include <algorithm>
#include <span>
#include <utility>

#include "hw/em_pkg.h"
#include "hw/memory_image.h"
#include "hw/timing.h"

namespace emamba {
namespace {

constexpr std::int64_t kLeast = 2;  // beats, for full speed

CycleReport run_paced(const Design& design) {
  std::int64_t busiest = 1;  // cycles a sequence
  for (const Instance& instance : design.instances) {
    if (const auto* steps = std::get_if<Steps>(&instance.timing)) {
      busiest = std::max(busiest, (steps->active + steps->idle) * instance.vectors);
    }
  }
  // A design that is slower than its busiest core, e.g. because a loop takes its time, is paced by
  // what it does: otherwise its buffers would hold what has piled up, not what differs.
  CycleReport report = run_timing(design, busiest);
  return report.per_frame > busiest ? run_timing(design, report.per_frame) : report;
}

std::int64_t& depth_of(Instance& buffer) {
  return std::get<Fifo>(buffer.timing).depth;
}

// Makes buffers as shallow as they may be when no frame may end later than in `report`.
class Shrinker {
 public:
  Shrinker(Design& design, const CycleReport& report) : design_(design), report_(report) {
    const std::int64_t cycles = report.latency + 2 * report.per_frame;
    trials_ = kEffort / (cycles * std::ssize(design.instances));
  }

  void shrink(std::span<Instance* const> buffers) {
    if (buffers.empty()) return;
    std::vector<std::int64_t> before;
    for (Instance* buffer : buffers) before.push_back(std::exchange(depth_of(*buffer), kLeast));
    if (will_do()) return;
    for (std::size_t i = 0; i < buffers.size(); ++i) depth_of(*buffers[i]) = before[i];
    if (buffers.size() > 1) {
      const std::size_t half = buffers.size() / 2;
      shrink(buffers.first(half));
      shrink(buffers.subspan(half));
      return;
    }
    std::int64_t& depth = depth_of(*buffers[0]);
    for (std::int64_t low = kLeast + 1, high = before[0]; low < high;) {
      depth = (low + high) / 2;
      if (will_do()) {
        high = depth;
      } else {
        low = depth + 1;
      }
      depth = high;
    }
  }

 private:
  bool will_do() {
    return --trials_ >= 0 && keeps_up(design_, report_) && never_stands_still(design_);
  }

  // Of all trials: cycles times instances. The slowest designs stay a little deeper than need be.
  static constexpr std::int64_t kEffort = 60'000'000;

  Design& design_;
  const CycleReport& report_;
  std::int64_t trials_ = 0;
};

}  // namespace

void size_buffers(Design& design) {
  const CycleReport filled = run_paced(design);
  std::vector<Instance*> free;
  for (std::size_t i = 0; i < design.instances.size(); ++i) {
    auto* fifo = std::get_if<Fifo>(&design.instances[i].timing);
    if (fifo == nullptr || fifo->depth > 0) continue;
    fifo->depth = std::max(kLeast, filled.occupancy[i]);
    if (fifo->depth > kLeast) free.push_back(&design.instances[i]);
  }
  // The largest first.
  const auto bits = [&](Instance* buffer) {
    return depth_of(*buffer) * (design.streams[buffer->inputs[0]].data_bits() + 1);
  };
  std::stable_sort(free.begin(), free.end(),
                   [&](Instance* a, Instance* b) { return bits(a) > bits(b); });
  const CycleReport report = run_timing(design);
  Shrinker(design, report).shrink(free);

  for (Instance& instance : design.instances) {
    const auto* fifo = std::get_if<Fifo>(&instance.timing);
    if (fifo == nullptr) continue;
    const int width = design.streams[instance.inputs[0]].data_bits();
    instance.parameters = {{"Width", number(width)}};
    if (fifo->depth == kLeast) {
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
