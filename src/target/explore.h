// SPDX-License-Identifier: Apache-2.0
// Lanes, folding targets, shared blocks and merged linears, chosen: the designs of a program that
// no other one beats, and the one that a goal asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/progress.h"
#include "hw/options.h"
#include "ir/program.h"
#include "target/device.h"

namespace emamba {

struct DesignPoint {
  HardwareSpec hardware;  // without a goal
  std::int64_t cycles_per_frame = 0, latency = 0, multipliers = 0;
  Resources resources;
};

// The part of a device that a design takes: the sum of its shares of every kind of resource.
double area(const Device& device, const Resources& resources);

// Every choice of lanes, cycles_per_token, cycles_per_sequence, shared_blocks and merged_linears
// that gives other hardware. Linears are merged where blocks are shared, if there are several.
// Lanes divide the width of an edge.
std::vector<HardwareSpec> hardware_choices(const Program& program, const HardwareSpec& hardware);

// The designs that fit the device and that no other is as good as in everything and better than in
// something: cycles a frame, latency, multipliers, and logic and memory of the device. From
// the fewest cycles a frame to the most; the same on any number of threads. Of `hardware`, what
// hardware_choices() does not choose is kept.
std::vector<DesignPoint> explore(const Program& program, const HardwareSpec& hardware,
                                 const Device& device, int threads,
                                 const ProgressCallback& progress);

// The hardware that hardware.goal asks for, within the device, and without a goal. kThroughput: the
// fewest cycles a frame; kLatency: the least latency; kArea: the least area(); kRate: the least
// area with frames_per_second at clock_mhz; among equals the least area. Throws Error when nothing
// fits or is fast enough, with the nearest that is possible.
HardwareSpec choose_hardware(const Program& program, const HardwareSpec& hardware,
                             const Device& device, int threads, const ProgressCallback& progress);

// What designs of several models are compared by: the best for a goal, with at most so many
// multipliers.
struct Rule {
  const char* name;
  Goal goal = Goal::kThroughput;  // kLatency, kThroughput or kArea
  std::int64_t multipliers = 0;   // 0: as many as fit
};

// For each rule the design that is best by it, as choose_hardware() would choose it; none where
// nothing fits.
std::vector<std::optional<DesignPoint>> choose_designs(const Program& program,
                                                       const HardwareSpec& hardware,
                                                       const std::vector<Rule>& rules,
                                                       const Device& device, int threads,
                                                       const ProgressCallback& progress);

}  // namespace emamba
