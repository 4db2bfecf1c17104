// SPDX-License-Identifier: Apache-2.0
// The search through all choices. A draft of a design, whose buffers have no depths yet, bounds
// what the design costs: whole plans are made only of those that may win by their draft.
#include "target/explore.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/parallel.h"
#include "hw/buffers.h"
#include "hw/edges.h"
#include "hw/merge.h"
#include "hw/plan.h"

namespace emamba {
namespace {

std::vector<int> lane_choices(const Program& program) {
  constexpr int kMostLanes = 256;  // the range of the key
  std::set<int> lanes;
  for (std::size_t i = 0; i < program.edges.size(); ++i) {
    if (ends_sequence(program, static_cast<EdgeIndex>(i))) continue;
    const int width = pieces_of(program, static_cast<EdgeIndex>(i)).width;
    for (int n = 1; n <= std::min(width, kMostLanes); ++n) {
      if (width % n == 0) lanes.insert(n);
    }
  }
  return {lanes.begin(), lanes.end()};
}

// What is weighed, the less the better.
std::vector<double> objectives(const DesignPoint& point, const Family& family) {
  std::vector<double> values = {static_cast<double>(point.cycles_per_frame),
                                static_cast<double>(point.latency),
                                static_cast<double>(point.multipliers)};
  for (const ResourceKind& kind : family.kinds) {
    if (kind.count == &Resources::ff || kind.count == &Resources::dsp) continue;
    values.push_back(kind.of(point.resources));
  }
  return values;
}

bool dominates(const std::vector<double>& a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
  }
  return a != b;
}

// What a buffer of any depth takes at least.
Resources least_buffer(int width, const Family& family) {
  const BlockRule& rule = family.rule;
  const auto taken = [&](std::int64_t depth) {
    return resources_of(buffer_parts(depth, width, rule), family);
  };
  const std::int64_t block = std::max(rule.words, ceil_div(rule.bits, std::int64_t{width} + 1));
  return least_of(least_of(taken(kLeastDepth), taken(kLeastDepth + 1)), taken(block));
}

// Bounds of a design: nothing of it is less.
DesignPoint draft_of(const Program& program, const HardwareSpec& hardware, const Device& device) {
  const Family& family = *device.family;
  const Design design = draft_program(program, hardware, family.rule);
  const Parts parts = total_parts(design);
  Resources resources = resources_of(parts, family);
  for (const Instance& instance : design.instances) {
    const auto* fifo = std::get_if<Fifo>(&instance.timing);
    if (fifo == nullptr) continue;
    const int width = design.streams[instance.inputs[0]].data_bits();
    resources += fifo->depth == 0
                     ? least_buffer(width, family)
                     : resources_of(buffer_parts(fifo->depth, width, family.rule), family);
  }
  return {hardware, least_per_frame(design), least_latency(design), multipliers(parts), resources};
}

DesignPoint point_of(const Program& program, const HardwareSpec& hardware, const Device& device) {
  Design design = draft_program(program, hardware, device.family->rule);
  const CycleReport cycles = size_buffers(design, device.family->rule);
  const Parts parts = total_parts(design);
  return {hardware, cycles.per_frame, cycles.latency, multipliers(parts),
          resources_of(parts, *device.family)};
}

// Drafts of all choices. Steps of the progress are drafts and then designs.
std::vector<DesignPoint> drafts_of(const Program& program, const HardwareSpec& hardware,
                                   const Device& device, int threads,
                                   const ProgressCallback& progress) {
  const std::vector<HardwareSpec> choices = hardware_choices(program, hardware);
  std::vector<DesignPoint> drafts(choices.size());
  std::atomic<std::size_t> done = 0;
  std::mutex reporting;
  parallel_for(choices.size(), threads, [&](std::size_t i) {
    drafts[i] = draft_of(program, choices[i], device);
    const std::size_t now = ++done;
    if (!progress) return;
    const std::lock_guard lock(reporting);
    progress(now, 2 * choices.size(), "drafts");
  });
  return drafts;
}

// What a goal weighs, the first first.
using Weight = std::pair<double, double>;
Weight weight(const DesignPoint& point, const HardwareSpec& hardware, const Device& device) {
  const double size = area(device, point.resources);
  const auto cycles = static_cast<double>(point.cycles_per_frame);
  switch (hardware.goal) {
    case Goal::kThroughput:
      return {cycles, size};
    case Goal::kLatency:
      return {static_cast<double>(point.latency), size};
    case Goal::kRate: {
      const double allowed = hardware.clock_mhz * 1e6 / hardware.frames_per_second;
      return {std::max(0.0, cycles - std::floor(allowed)), size};
    }
    case Goal::kArea:
    case Goal::kNone:
      break;
  }
  return {0, size};
}

// The design that a goal weighs least, of those within the device that have at most so many
// multipliers (0: any); drafts become designs until none is left that could be better.
std::optional<DesignPoint> best_of(const Program& program, const std::vector<DesignPoint>& all,
                                   const HardwareSpec& hardware, std::int64_t multipliers,
                                   const Device& device, const ProgressCallback& progress) {
  std::vector<const DesignPoint*> drafts;
  for (const DesignPoint& draft : all) {
    if (multipliers == 0 || draft.multipliers <= multipliers) drafts.push_back(&draft);
  }
  const auto least = [&](const DesignPoint& draft) { return weight(draft, hardware, device); };
  std::stable_sort(drafts.begin(), drafts.end(), [&](const DesignPoint* a, const DesignPoint* b) {
    return least(*a) < least(*b);
  });
  std::optional<DesignPoint> best;
  std::size_t done = 0;
  for (const DesignPoint* draft : drafts) {
    if (progress) progress(all.size() + ++done, 2 * all.size(), "designs");
    if (best && least(*draft) >= least(*best)) break;
    if (!shortage(device, draft->resources).empty()) continue;
    const DesignPoint point = point_of(program, draft->hardware, device);
    if (!shortage(device, point.resources).empty()) continue;
    if (!best || least(point) < least(*best)) best = point;
  }
  return best;
}

// Appends the choice with every folding target that gives other folds.
void add_targets(const Program& program, HardwareSpec choice, const std::vector<UnitOps>& units,
                 std::vector<HardwareSpec>& choices) {
  const int tokens = vectors_on(program, 0);
  std::set<std::vector<std::pair<int, int>>> known;
  for (const int target : folding_targets(program, choice, units)) {
    choice.cycles_per_token = target;
    // What runs once a sequence: in an eighth of its cycles, in all, or in as many as a token.
    const std::int64_t all =
        std::min<std::int64_t>(std::int64_t{target} * tokens, kMostTargetCycles);
    for (const std::int64_t once : {std::int64_t{0}, all, std::int64_t{target}}) {
      choice.cycles_per_sequence = static_cast<int>(once);
      try {
        std::vector<std::pair<int, int>> folds;
        for (const Fold& fold : choose_folds(program, choice, units)) {
          folds.emplace_back(fold.in, fold.out);
        }
        if (known.insert(folds).second) choices.push_back(choice);
      } catch (const Error&) {
        // What runs once needs more cycles than that.
      }
    }
  }
}

}  // namespace

double area(const Device& device, const Resources& resources) {
  double sum = 0;
  for (const ResourceKind& kind : device.family->kinds) {
    sum += kind.of(resources) / kind.of(device.has);
  }
  return sum;
}

std::vector<HardwareSpec> hardware_choices(const Program& program, const HardwareSpec& hardware) {
  const bool blocks = std::any_of(program.groups.begin(), program.groups.end(),
                                  [](const Group& group) { return group.times > 1; });
  std::vector<HardwareSpec> choices;
  HardwareSpec choice = hardware;
  choice.goal = Goal::kNone;
  choice.frames_per_second = 0;
  for (const bool shared : {false, true}) {
    if (shared && !blocks) continue;
    choice.shared_blocks = shared;
    for (const int lanes : lane_choices(program)) {
      choice.lanes = lanes;
      for (const bool merged : {false, true}) {
        if (merged && shared != blocks) continue;  // the next step from shared blocks
        choice.merged_linears = merged;
        const std::vector<UnitOps> units = units_of(program, choice);
        const bool any = std::any_of(units.begin(), units.end(),
                                     [](const UnitOps& unit) { return unit.merged.has_value(); });
        if (merged == any) add_targets(program, choice, units, choices);
      }
    }
  }
  return choices;
}

std::vector<DesignPoint> explore(const Program& program, const HardwareSpec& hardware,
                                 const Device& device, int threads,
                                 const ProgressCallback& progress) {
  const Family& family = *device.family;
  std::vector<DesignPoint> drafts = drafts_of(program, hardware, device, threads, progress);
  std::erase_if(drafts,
                [&](const DesignPoint& d) { return !shortage(device, d.resources).empty(); });
  // First what is good at everything, which rules out most of the others.
  std::stable_sort(drafts.begin(), drafts.end(), [&](const DesignPoint& a, const DesignPoint& b) {
    const auto product = [&](const DesignPoint& point) {
      double sum = 0;
      for (double value : objectives(point, family)) sum += std::log1p(value);
      return sum;
    };
    return product(a) < product(b);
  });
  std::vector<std::optional<DesignPoint>> points(drafts.size());
  std::vector<std::vector<double>> found;
  std::mutex mutex;
  std::size_t done = 0;
  parallel_for(drafts.size(), threads, [&](std::size_t i) {
    const std::vector<double> least = objectives(drafts[i], family);
    bool hopeless = false;
    {
      const std::lock_guard lock(mutex);
      hopeless = std::any_of(found.begin(), found.end(),
                             [&](const auto& other) { return dominates(other, least); });
      if (progress) progress(drafts.size() + ++done, 2 * drafts.size(), "designs");
    }
    if (hopeless) return;
    DesignPoint point = point_of(program, drafts[i].hardware, device);
    if (!shortage(device, point.resources).empty()) return;
    const std::lock_guard lock(mutex);
    found.push_back(objectives(point, family));
    points[i] = std::move(point);
  });
  std::vector<DesignPoint> front;
  std::set<std::vector<double>> known;
  for (const auto& point : points) {
    if (!point) continue;
    const std::vector<double> values = objectives(*point, family);
    const bool beaten = std::any_of(found.begin(), found.end(),
                                    [&](const auto& other) { return dominates(other, values); });
    if (!beaten && known.insert(values).second) front.push_back(*point);
  }
  std::stable_sort(front.begin(), front.end(), [&](const DesignPoint& a, const DesignPoint& b) {
    return objectives(a, family) < objectives(b, family);
  });
  return front;
}

HardwareSpec choose_hardware(const Program& program, const HardwareSpec& hardware,
                             const Device& device, int threads, const ProgressCallback& progress) {
  const std::vector<DesignPoint> drafts = drafts_of(program, hardware, device, threads, progress);
  const std::optional<DesignPoint> best = best_of(program, drafts, hardware, 0, device, progress);
  if (!best) {
    const auto smallest = std::min_element(
        drafts.begin(), drafts.end(), [&](const DesignPoint& a, const DesignPoint& b) {
          return area(device, a.resources) < area(device, b.resources);
        });
    const DesignPoint point = point_of(program, smallest->hardware, device);
    throw Error(fmt::format("hardware.goal = \"{}\": no design of {} fits the {}: the smallest {}",
                            name_of_key(hardware.goal), program.name, device.name,
                            shortage(device, point.resources)),
                "set hardware.device to a larger one, or make the model smaller");
  }
  if (hardware.goal == Goal::kRate && weight(*best, hardware, device).first > 0) {
    const double fastest = hardware.clock_mhz * 1e6 / static_cast<double>(best->cycles_per_frame);
    throw Error(
        fmt::format("hardware.frames_per_second = {:g}: the fastest design that fits the {} gives "
                    "{:.0f} at {:g} MHz, a frame every {} cycles",
                    hardware.frames_per_second, device.name, std::floor(fastest),
                    hardware.clock_mhz, best->cycles_per_frame),
        fmt::format("set hardware.frames_per_second to at most {:.0f}, or a larger "
                    "hardware.device",
                    std::floor(fastest)));
  }
  return best->hardware;
}

std::vector<std::optional<DesignPoint>> choose_designs(const Program& program,
                                                       const HardwareSpec& hardware,
                                                       const std::vector<Rule>& rules,
                                                       const Device& device, int threads,
                                                       const ProgressCallback& progress) {
  const std::vector<DesignPoint> drafts = drafts_of(program, hardware, device, threads, progress);
  std::vector<std::optional<DesignPoint>> designs(rules.size());
  parallel_for(rules.size(), threads, [&](std::size_t i) {
    HardwareSpec asked = hardware;
    asked.goal = rules[i].goal;
    designs[i] = best_of(program, drafts, asked, rules[i].multipliers, device, {});
  });
  return designs;
}

}  // namespace emamba
