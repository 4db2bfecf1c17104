// SPDX-License-Identifier: Apache-2.0
// Numbers exactly between two integers: every engine takes the upper one (docs/arithmetic.md,
// section 2), wherever rounding happens.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "exec/evaluate.h"
#include "exec/fast.h"
#include "exec/float.h"
#include "exec/golden.h"
#include "net/builder.h"
#include "tester.h"

namespace emamba {
namespace {

constexpr int kRows = 16, kWidth = 16;  // every 8-bit integer stands once on the input edge

// floor(x + 1/2), within the bits: the documented rounding, in real numbers.
std::int32_t rounded(double x, int bits = 8) {
  const double most = std::ldexp(1.0, bits - 1) - 1;
  return static_cast<std::int32_t>(std::clamp(std::floor(x + 0.5), -most - 1, most));
}

// An input of kRows vectors with kWidth numbers of type {8, 0}, and nothing behind it.
Program empty_program() {
  Program program;
  program.name = "halves";
  program.input.height = kRows;
  program.input.width = 1;
  program.input.channels = kWidth;
  program.input.normalisation = {std::vector<float>(kWidth, 0.0f),
                                 std::vector<float>(kWidth, 1.0f)};
  program.edges = {{0, kWidth, {8, 0}}};
  return program;
}

Tensor<std::int32_t> all_integers() {
  auto tokens = make_tensor<std::int32_t>({kRows, kWidth});
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    tokens.data[i] = static_cast<std::int32_t>(i) - 128;
  }
  return tokens;
}

// Every engine puts expected(x), rounded, on the last edge.
template <class Expected>
void expect_rounded(const Program& program, const Expected& expected) {
  const Tensor<std::int32_t> tokens = all_integers();
  const Golden golden(program);
  const Tensor<std::int32_t> result = golden.trace(tokens).back();
  std::size_t halves = 0;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const double exact = expected(i);
    halves += exact - std::floor(exact) == 0.5;
    ASSERT_EQ(result.data[i], rounded(exact)) << exact;
  }
  EXPECT_GT(halves, 0u) << "the test must meet halves";
  EXPECT_EQ(Fast(program).run(tokens), result.data);
  if (!can_step(program) || program.edges.back().vectors == 1) return;
  auto state = golden.initial();
  for (std::size_t t = 0; t < kRows; ++t) {
    golden.step(state, tokens.row(t));
    EXPECT_TRUE(std::equal(state.answer().begin(), state.answer().end(), result.row(t)));
  }
}

// The shifts of the requantisations below.
constexpr int kShifts[] = {1, 2, 3, 6};

TEST(Halves, OfInputStepsGoUpOnEveryEngine) {
  for (const int exp : {-7, -3, 0, 4}) {
    Program program = empty_program();
    program.edges[0].type.exp = exp;
    Builder{program}.add(Pool{"pool", 0, kWidth, kRows, PoolKind::kFlatten});
    program.edges.back().type = program.edges[0].type;
    auto samples = make_tensor<float>({1, kRows, 1, kWidth});
    std::vector<float> expected;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const double steps = static_cast<double>(i) - 128 + 0.5;  // the last one saturates
      samples.data[i] = static_cast<float>(std::ldexp(steps, exp));
      expected.push_back(std::ldexp(static_cast<float>(rounded(steps)), exp));
    }
    FloatModel model;
    model.network = program;
    EXPECT_EQ(answers(Golden(program), samples, 1).data, expected);
    EXPECT_EQ(answers(Fast(program), samples, 1).data, expected);
    const FloatEngine rounding(model, {.curves = {}, .rounded = {{0, program.edges[0].type}}});
    EXPECT_EQ(answers(rounding, samples, 1).data, expected);
  }
}

TEST(Halves, OfLinearsGoUpOnEveryEngine) {
  for (const int shift : kShifts) {
    for (const bool offsets : {false, true}) {
      Program program = empty_program();
      Linear op = linear("linear", 0, kWidth, kWidth, false);
      op.weight_type = {8, 0};
      op.weight = make_tensor<std::int8_t>({kWidth, kWidth});
      if (offsets) op.weight_offset = make_tensor<std::int8_t>({kWidth});
      for (std::size_t o = 0; o < kWidth; ++o) {
        op.weight.row(o)[o] = 1;
        if (offsets) op.weight_offset.data[o] = o / 2 % 2;
      }
      Builder{program}.add(op);
      program.edges.back().type = {8, shift};
      const Tensor<std::int32_t> x = all_integers();
      expect_rounded(program, [&](std::size_t i) {
        return std::ldexp(x.data[i], static_cast<int>(offsets ? i % kWidth / 2 % 2 : 0) - shift);
      });
    }
  }
}

TEST(Halves, OfConvolutionsGoUpOnEveryEngine) {
  for (const int shift : kShifts) {
    Program program = empty_program();
    DwConv op{"conv",
              0,
              kWidth,
              2,
              {8, 0},
              {},
              make_tensor<std::int8_t>({kWidth, 2}),
              make_tensor<std::int32_t>({kWidth})};
    for (std::size_t d = 0; d < kWidth; ++d) op.weight.row(d)[1] = 3;
    Builder{program}.add(op);
    program.edges.back().type = {8, shift};
    const Tensor<std::int32_t> x = all_integers();
    expect_rounded(program, [&](std::size_t i) { return std::ldexp(3 * x.data[i], -shift); });
  }
}

TEST(Halves, OfTablesGoUpOnEveryEngine) {
  for (const int shift : kShifts) {
    Program program = empty_program();
    // Lines between knots at -5, 10 and 40: 5 - x, 2 x - 10, 3 x - 20 and 7.
    Builder{program}.add(Pwl{"pwl", 0, kWidth, Function::kSilu,
                             PwlTable{{12, 0}, {-5, 10, 40}, {-1, 2, 3, 0}, {5, -10, -20, 7}}});
    program.edges.back().type = {8, shift};
    const Tensor<std::int32_t> x = all_integers();
    expect_rounded(program, [&](std::size_t i) {
      const int v = x.data[i], line = v < -5   ? 5 - v
                                      : v < 10 ? 2 * v - 10
                                      : v < 40 ? 3 * v - 20
                                               : 7;
      return std::ldexp(line, -shift);
    });
  }
}

TEST(Halves, OfGatesAndAdditionsGoUpOnEveryEngine) {
  const Tensor<std::int32_t> x = all_integers();
  for (const int shift : {1, 3, 5}) {
    Program gate = empty_program();
    Builder{gate}.add(Gate{"gate", 0, 0, kWidth});
    gate.edges.back().type = {8, shift};
    expect_rounded(gate, [&](std::size_t i) {
      return std::ldexp(static_cast<double>(x.data[i]) * x.data[i], -shift);
    });

    Program add = empty_program();
    Builder builder{add};
    builder.add(Gate{"squares", 0, 0, kWidth});  // of exponent 1: the operands differ
    add.edges.back().type = {8, 1};
    builder.add(Add{"add", 0, 1, kWidth});
    add.edges.back().type = {8, shift};
    expect_rounded(add, [&](std::size_t i) {
      const double v = x.data[i];
      return std::ldexp(v + 2.0 * rounded(v * v / 2), -shift);
    });
  }
}

TEST(Halves, OfMeansGoUpOnEveryEngine) {
  Program program = empty_program();
  Builder{program}.add(Pool{"pool", 0, kWidth, kRows, PoolKind::kMean});
  for (const int shift : {1, 2}) {
    program.edges.back().type = {8, shift};
    const Tensor<std::int32_t> x = all_integers();
    expect_rounded(program, [&](std::size_t d) {
      double sum = 0;
      for (std::size_t t = 0; t < kRows; ++t) sum += x.row(t)[d];
      return std::ldexp(sum / kRows, -shift);
    });
  }
}

}  // namespace
}  // namespace emamba
