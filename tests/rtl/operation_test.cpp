// SPDX-License-Identifier: Apache-2.0
// Every operation as hardware: random shapes and folds, every kind of stall, sequences in a row;
// every bit as golden has it, every cycle as planned.
#include "hw/edges.h"
#include "sim/testing.h"

namespace emamba {
namespace {

constexpr int kCases = 3;

// Random networks until one has an operation that `wanted` accepts, then that operation under a
// random fold.
template <class Wanted>
void expect_random(std::uint64_t seed, const Wanted& wanted, bool offsets = false) {
  Rng rng{seed};
  for (int found = 0; found < kCases;) {
    NetSpec spec = random_net(rng);
    spec.model.P = {4, 4};
    spec.draw.offsets = offsets;
    spec.draw.orders = true;
    HardwareSpec hardware;
    hardware.lanes = rng.between(1, std::min(9, spec.model.ED()));
    hardware.reciprocal = found % 2 ? Reciprocal::kDivider : Reciprocal::kTable;
    hardware.functions = found % 2 ? Functions::kLines : Functions::kTable;
    hardware.paired_products = found != 1;
    const Program program = random_program(spec, rng);
    std::vector<std::size_t> candidates;
    for (std::size_t i = 0; i < program.ops.size(); ++i) {
      if (wanted(program, program.ops[i])) candidates.push_back(i);
    }
    if (candidates.empty()) continue;
    const std::size_t op = candidates[rng.below(candidates.size())];
    const std::vector<Fold> folds = folds_of(program, program.ops[op], hardware);
    expect_operation(program, op, hardware, folds[rng.below(folds.size())], rng);
    if (testing::Test::HasFailure()) return;
    ++found;
  }
}

template <class T>
auto is() {
  return [](const Program&, const Op& op) { return std::holds_alternative<T>(op); };
}

TEST(Operation, Embed) {
  expect_random(1, is<Embed>());
}
TEST(Operation, DwConv) {
  expect_random(3, is<DwConv>());
}
TEST(Operation, RangeNorm) {
  expect_random(4, is<RangeNorm>());
}
TEST(Operation, Pwl) {
  expect_random(5, is<Pwl>());
}
TEST(Operation, Scan) {
  expect_random(6, is<Scan>());
}
TEST(Operation, Gate) {
  expect_random(7, is<Gate>());
}
TEST(Operation, Add) {
  expect_random(8, is<Add>());
}

// The same in transformers; every third fold as fast as can be.
template <class T>
void expect_random_in_vit(std::uint64_t seed) {
  Rng rng{seed};
  for (int found = 0; found < 2 * kCases;) {
    const NetSpec spec = random_vit(rng);
    if (spec.model.norm != Norm::kLayer) continue;
    const Program program = random_program(spec, rng);
    const HardwareSpec hardware{.lanes = rng.between(1, std::min(9, spec.model.D)),
                                .paired_products = found != 1};
    for (std::size_t op = 0; op < program.ops.size(); ++op) {
      if (!std::holds_alternative<T>(program.ops[op])) continue;
      const std::vector<Fold> folds = folds_of(program, program.ops[op], hardware);
      const Fold fold = found % 3 == 0 ? folds.back() : folds[rng.below(folds.size())];
      SCOPED_TRACE(fmt::format("D {} heads {} tokens {} lanes {} fold {} {}", spec.model.D,
                               spec.model.heads, program.input.vectors(), hardware.lanes, fold.in,
                               fold.out));
      expect_operation(program, op, hardware, fold, rng);
      break;
    }
    if (testing::Test::HasFailure()) return;
    ++found;
  }
}
TEST(Operation, Attention) {
  expect_random_in_vit<Attention>(10);
}
TEST(Operation, LayerNorm) {
  expect_random_in_vit<RangeNorm>(11);
}

TEST(Operation, LinearForEveryToken) {
  expect_random(2, [](const Program& program, const Op& op) {
    const auto* linear = std::get_if<Linear>(&op);
    return linear != nullptr && program.edges[linear->x].vectors != 1;
  });
}
TEST(Operation, LinearOnAFlattenedSequence) {
  expect_random(9, [](const Program& program, const Op& op) {
    const auto* linear = std::get_if<Linear>(&op);
    return linear != nullptr && flattening(program, linear->x) != nullptr;
  });
}
TEST(Operation, LinearWithAPosition) {
  expect_random(10, [](const Program&, const Op& op) {
    const auto* linear = std::get_if<Linear>(&op);
    return linear != nullptr && linear->bias_rows > 1;
  });
}
TEST(Operation, LinearWithExponentsOfChannels) {
  expect_random(13, is<Linear>(), true);
}
TEST(Operation, DwConvWithExponentsOfChannels) {
  expect_random(14, is<DwConv>(), true);
}
TEST(Operation, MeanPool) {
  expect_random(11, [](const Program&, const Op& op) {
    const auto* pool = std::get_if<Pool>(&op);
    return pool != nullptr && pool->kind == PoolKind::kMean;
  });
}

// Fewer steps than the recurrence takes: the next token must wait for the state.
TEST(Operation, ScanOfOneStepWaitsForItsState) {
  Rng rng{12};
  NetSpec spec = random_net(rng);
  spec.sample = image_samples();
  spec.model.D = 4;
  spec.model.E = 1;
  spec.model.N = 3;
  spec.model.P = {2, 2};
  const Program program = random_program(spec, rng);
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    if (!std::holds_alternative<Scan>(program.ops[i])) continue;
    expect_operation(program, i, {.lanes = 4}, {.in = 3, .out = 4}, rng);
    break;
  }
}

// Four channels, and the first operation of a type in its program.
NetSpec narrow_net() {
  NetSpec spec;
  spec.model.D = 4, spec.model.E = 1, spec.model.N = 3, spec.model.P = {4, 4};
  return spec;
}
template <class T>
std::size_t first_of(const Program& program) {
  const auto at = std::find_if(program.ops.begin(), program.ops.end(),
                               [](const Op& op) { return std::holds_alternative<T>(op); });
  return static_cast<std::size_t>(at - program.ops.begin());
}

// One beat a token: the table of reciprocals must stand still when what is behind it does.
TEST(Operation, RangeNormOfOneBeatUnderStalls) {
  Rng rng{21};
  const Program program = random_program(narrow_net(), rng);
  expect_operation(program, first_of<RangeNorm>(program), {.lanes = 4}, {.in = 4, .out = 4}, rng);
}

// A last beat of one channel and three numbers that mean nothing.
TEST(Operation, RangeNormLeavesPaddingOut) {
  Rng rng{22};
  NetSpec spec = narrow_net();
  spec.model.D = 5;
  const Program program = random_program(spec, rng);
  expect_operation(program, first_of<RangeNorm>(program), {.lanes = 4}, {.in = 4, .out = 4}, rng);
}

// The steepest lines up and down: sums of all the bits that they may have.
TEST(Operation, PwlWithTheSteepestLines) {
  Rng rng{28};
  Program program = random_program(narrow_net(), rng);
  const std::size_t at = first_of<Pwl>(program);
  auto& lines = std::get<PwlTable>(std::get<Pwl>(program.ops[at]).table);
  for (std::size_t i = 0; i < lines.slopes.size(); ++i) {
    lines.slopes[i] = i % 2 == 0 ? 2047 : -2048;
    lines.intercepts[i] = i % 2 == 0 ? -(1 << 15) : 1 << 15;
  }
  expect_operation(program, at, {.lanes = 4, .functions = Functions::kLines}, {.in = 2, .out = 2},
                   rng);
}

// exp(0) by lines is 1, which saturates to 127/128.
TEST(Operation, ScanWithAnExponentialOfOne) {
  Rng rng{33};
  Program program = random_program(narrow_net(), rng);
  const std::size_t at = first_of<Scan>(program);
  auto& scan = std::get<Scan>(program.ops[at]);
  auto& lines = std::get<PwlTable>(scan.exp);
  lines.knots = {-128, 0};
  lines.slopes = {0, 256, 0};
  lines.intercepts = {0, 1 << 16, 1 << 16};
  scan.D.data.assign(scan.D.data.size(), 0);
  expect_operation(program, at, {.lanes = 4, .functions = Functions::kLines}, {.in = 3, .out = 2},
                   rng);
}

// Three states at a time, two of which share multipliers or none, in both orders.
TEST(Operation, ScanInEveryForm) {
  struct Form {
    ScanOrder order;
    bool pairs;
    Functions functions;
  };
  const Form forms[] = {{ScanOrder::kDeltaB, true, Functions::kTable},
                        {ScanOrder::kDeltaB, false, Functions::kLines},
                        {ScanOrder::kDeltaX, true, Functions::kLines},
                        {ScanOrder::kDeltaX, false, Functions::kTable}};
  Rng rng{15};
  for (const Form& form : forms) {
    NetSpec spec = narrow_net();
    spec.draw.orders = true;
    Program program = random_program(spec, rng);
    while (std::get<Scan>(program.ops[first_of<Scan>(program)]).order != form.order) {
      program = random_program(spec, rng);
    }
    expect_operation(program, first_of<Scan>(program),
                     {.lanes = 2, .functions = form.functions, .paired_products = form.pairs},
                     {.in = 3, .out = 2}, rng);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace emamba
