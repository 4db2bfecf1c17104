// SPDX-License-Identifier: Apache-2.0
// The choice of buffers' depths, by running the design.
#include "hw/buffers.h"

#include <algorithm>
#include <span>
#include <utility>

#include "hw/em_pkg.h"
#include "hw/memory_image.h"

namespace emamba {
namespace {

CycleReport run_paced(const Design& design) {
  const std::int64_t busiest = least_per_frame(design);
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
  // `safe`: every trial is held against stalls, too.
  Shrinker(Design& design, const CycleReport& report, bool safe)
      : design_(design),
        report_(report),
        safe_(safe),
        budget_(kEffort / std::ssize(design.instances)) {}

  void shrink(std::span<Instance* const> buffers) {
    if (buffers.empty()) return;
    std::vector<std::int64_t> before;
    for (Instance* buffer : buffers) {
      before.push_back(std::exchange(depth_of(*buffer), kLeastDepth));
    }
    if (will_do()) return;
    for (std::size_t i = 0; i < buffers.size(); ++i) depth_of(*buffers[i]) = before[i];
    if (buffers.size() > 1) {
      const std::size_t half = buffers.size() / 2;
      shrink(buffers.first(half));
      shrink(buffers.subspan(half));
      return;
    }
    std::int64_t& depth = depth_of(*buffers[0]);
    for (std::int64_t low = kLeastDepth + 1, high = before[0]; low < high;) {
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
    return budget_ > 0 && keeps_up(design_, report_, &budget_) &&
           (!safe_ || never_stands_still(design_, frames_to_fill(report_)));
  }

  // Of all trials: cycles looked at times instances. The slowest designs stay a little deeper than
  // need be.
  static constexpr std::int64_t kEffort = 5'000'000;

  Design& design_;
  const CycleReport& report_;
  const bool safe_;
  std::int64_t budget_;  // cycles
};

}  // namespace

Parts buffer_parts(std::int64_t depth, int width, const BlockRule& rule) {
  Parts parts;
  if (depth == kLeastDepth) {
    parts.add(Multiplexer{2, width});
    parts.add(Logic{5});
    parts.add(Register{2 * width + 4});
  } else {
    const bool block = rule.wants_block(depth, width + 1);
    parts.add(Ram{depth, width + 1, block});
    if (block) {  // what passes it
      parts.add(Register{width + 2});
      parts.add(Choice{width + 1});
    }
    parts.add(Control{depth, 0});
    parts.add(Register{index_bits(depth)});  // a third counter
  }
  return parts;
}

CycleReport size_buffers(Design& design, const BlockRule& rule) {
  const CycleReport filled = run_paced(design);
  std::vector<Instance*> free;
  for (std::size_t i = 0; i < design.instances.size(); ++i) {
    auto* fifo = std::get_if<Fifo>(&design.instances[i].timing);
    if (fifo == nullptr || fifo->depth > 0) continue;
    fifo->depth = std::max(kLeastDepth, filled.occupancy[i]);
    if (fifo->depth > kLeastDepth) free.push_back(&design.instances[i]);
  }
  // The largest first.
  const auto bits = [&](Instance* buffer) {
    return depth_of(*buffer) * (design.streams[buffer->inputs[0]].data_bits() + 1);
  };
  std::stable_sort(free.begin(), free.end(),
                   [&](Instance* a, Instance* b) { return bits(a) > bits(b); });
  const CycleReport report = run_timing(design);
  // Few designs can be brought to a stand, so that one test in the end does for most.
  std::vector<std::int64_t> before;
  for (Instance* buffer : free) before.push_back(depth_of(*buffer));
  Shrinker(design, report, false).shrink(free);
  if (!never_stands_still(design, frames_to_fill(report))) {
    for (std::size_t i = 0; i < free.size(); ++i) depth_of(*free[i]) = before[i];
    Shrinker(design, report, true).shrink(free);
  }

  for (Instance& instance : design.instances) {
    const auto* fifo = std::get_if<Fifo>(&instance.timing);
    if (fifo == nullptr) continue;
    const int width = design.streams[instance.inputs[0]].data_bits();
    instance.parameters = {{"Width", number(width)}};
    instance.module = fifo->depth == kLeastDepth ? "em_stream_register" : "em_fifo";
    if (fifo->depth > kLeastDepth) {
      instance.parameters.push_back({"Depth", number(fifo->depth)});
      instance.parameters.push_back({"Block", flag(rule.wants_block(fifo->depth, width + 1))});
    }
    instance.parts = buffer_parts(fifo->depth, width, rule);
  }
  return report;
}

}  // namespace emamba
