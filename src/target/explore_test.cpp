// SPDX-License-Identifier: Apache-2.0
// The search against every choice planned one by one.
#include "target/explore.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/testing.h"
#include "hw/plan.h"
#include "net/testing.h"

namespace emamba {
namespace {

Program small_program(int blocks) {
  NetSpec spec;
  spec.sample.height = spec.sample.width = 4, spec.sample.channels = 2;
  spec.model.D = 2, spec.model.N = 4, spec.model.P = {2, 2}, spec.model.M = blocks;
  Rng rng{1};
  return random_program(spec, rng);
}

using Numbers = std::vector<double>;

Numbers numbers_of(const DesignPoint& p) {
  return {static_cast<double>(p.cycles_per_frame), static_cast<double>(p.latency),
          static_cast<double>(p.multipliers), static_cast<double>(p.resources.lut),
          static_cast<double>(p.resources.block)};
}

bool as_good(const Numbers& a, const Numbers& b) {
  return std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) { return x <= y; });
}

std::vector<DesignPoint> all_points(const Program& program, const Device& device) {
  std::vector<DesignPoint> points;
  for (const HardwareSpec& choice : hardware_choices(program, {})) {
    const Plan plan = plan_program(program, choice, device.family->rule);
    const Parts parts = total_parts(plan.design);
    points.push_back({choice, plan.cycles.per_frame, plan.cycles.latency, multipliers(parts),
                      resources_of(parts, *device.family)});
  }
  return points;
}

TEST(Explore, FindsTheFrontOfAllChoices) {
  const Program program = small_program(2);
  const Device& device = find_device("zcu102");
  const std::vector<DesignPoint> all = all_points(program, device);
  std::vector<Numbers> front;
  for (const DesignPoint& point : all) {
    const Numbers numbers = numbers_of(point);
    const bool beaten = std::any_of(all.begin(), all.end(), [&](const DesignPoint& other) {
      return numbers_of(other) != numbers && as_good(numbers_of(other), numbers);
    });
    if (!beaten) front.push_back(numbers);
  }
  std::sort(front.begin(), front.end());
  front.erase(std::unique(front.begin(), front.end()), front.end());

  std::vector<Numbers> found;
  for (const DesignPoint& point : explore(program, {}, device, 2, {})) {
    found.push_back(numbers_of(point));
    // What it says is what is planned.
    const Plan plan = plan_program(program, point.hardware, device.family->rule);
    EXPECT_EQ(plan.cycles.per_frame, point.cycles_per_frame);
    EXPECT_EQ(plan.cycles.latency, point.latency);
  }
  std::sort(found.begin(), found.end());
  EXPECT_GT(found.size(), 5u);
  EXPECT_EQ(found, front);
}

TEST(Explore, IsTheSameOnAnyNumberOfThreads) {
  const Program program = small_program(2);
  const auto settings = [&](int threads) {
    std::vector<std::tuple<int, int, int, bool, bool>> list;
    for (const DesignPoint& p : explore(program, {}, find_device("zcu102"), threads, {})) {
      list.emplace_back(p.hardware.lanes, p.hardware.cycles_per_token,
                        p.hardware.cycles_per_sequence, p.hardware.shared_blocks,
                        p.hardware.merged_linears);
    }
    return list;
  };
  const auto one = settings(1);
  EXPECT_EQ(settings(3), one);
}

TEST(Explore, KeepsWhatFitsTheDevice) {
  const Program program = small_program(1);
  for (const char* key : {"lfe5u-25f", "hx8k"}) {
    SCOPED_TRACE(key);
    const Device& device = find_device(key);
    for (const DesignPoint& point : explore(program, {}, device, 2, {})) {
      EXPECT_EQ(shortage(device, point.resources), "");
    }
  }
}

TEST(ChooseHardware, FindsTheBestOfAllChoices) {
  const Program program = small_program(2);
  const Device& device = find_device("zcu102");
  const std::vector<DesignPoint> all = all_points(program, device);
  const auto least = [&](const auto& value, const auto& allowed) {
    double best = 1e300;
    for (const DesignPoint& point : all) {
      if (allowed(point)) best = std::min<double>(best, value(point));
    }
    return best;
  };
  const auto any = [](const DesignPoint&) { return true; };
  const auto cycles = [](const DesignPoint& p) { return static_cast<double>(p.cycles_per_frame); };
  const auto latency = [](const DesignPoint& p) { return static_cast<double>(p.latency); };
  const auto size = [&](const DesignPoint& p) { return area(device, p.resources); };
  const auto chosen = [&](HardwareSpec wish) {
    const HardwareSpec hardware = choose_hardware(program, wish, device, 2, {});
    EXPECT_EQ(hardware.goal, Goal::kNone);
    const Plan plan = plan_program(program, hardware, device.family->rule);
    return DesignPoint{hardware, plan.cycles.per_frame, plan.cycles.latency, 0,
                       resources_of(total_parts(plan.design), *device.family)};
  };
  const double fastest = least(cycles, any);
  EXPECT_EQ(cycles(chosen({.goal = Goal::kThroughput})), fastest);
  EXPECT_EQ(latency(chosen({.goal = Goal::kLatency})), least(latency, any));
  EXPECT_EQ(size(chosen({.goal = Goal::kArea})), least(size, any));
  // As many frames as the fastest gives, half, and one that no design hits exactly.
  for (const double slower : {1.0, 2.0, 3.3}) {
    const double allowed = slower * fastest;
    const DesignPoint point =
        chosen({.goal = Goal::kRate, .frames_per_second = 200e6 / allowed, .clock_mhz = 200});
    EXPECT_LE(cycles(point), allowed);
    EXPECT_EQ(size(point), least(size, [&](const DesignPoint& p) { return cycles(p) <= allowed; }));
  }
}

TEST(ChooseHardware, SaysWhatIsPossible) {
  const Program program = small_program(1);
  expect_error(
      [&] {
        choose_hardware(program, {.goal = Goal::kRate, .frames_per_second = 1e9},
                        find_device("zcu102"), 1, {});
      },
      "hardware.frames_per_second = 1e+09: the fastest design that fits");
  NetSpec large;
  large.sample.height = large.sample.width = 4, large.sample.channels = 2;
  large.model.D = 64, large.model.P = {2, 2}, large.model.M = 2;
  Rng rng{1};
  const Program much = random_program(large, rng);
  expect_error([&] { choose_hardware(much, {.goal = Goal::kArea}, find_device("up5k"), 1, {}); },
               "no design of");
}

}  // namespace
}  // namespace emamba
