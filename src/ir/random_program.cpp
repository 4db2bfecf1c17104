// SPDX-License-Identifier: Apache-2.0
#include "ir/random_program.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "fx/attention.h"
#include "fx/scan.h"

namespace emamba {
namespace {

template <class T>
void fill(Tensor<T>& tensor, std::vector<std::size_t> shape, int low, int high, Rng& rng) {
  tensor = make_tensor<T>(std::move(shape));
  for (T& v : tensor.data) v = static_cast<T>(rng.between(low, high));
}

// Offsets of `channels` exponents, up to a random largest one.
Tensor<std::int8_t> random_offsets(int channels, Rng& rng) {
  Tensor<std::int8_t> offsets;
  fill(offsets, {std::size_t(channels)}, 0, rng.between(0, kMaxWeightOffset), rng);
  return offsets;
}

// A rising line with random kinks, from about 0 at the first knot to about 1 at the last, for 8-bit
// inputs and an output of exponent y_exp.
PwlTable random_table(int x_exp, Rng& rng) {
  PwlTable table;
  const int segments = rng.between(1, 17);
  for (int i = 0; i <= segments; ++i) table.knots.push_back(rng.between(-130, 130));
  std::sort(table.knots.begin(), table.knots.end());
  table.slope = {12, -9 - x_exp - 7};
  for (int i = 0; i <= segments + 1; ++i) {
    table.slopes.push_back(static_cast<std::int16_t>(rng.between(0, 512)));
    table.intercepts.push_back(rng.between(0, 1 << 15));
  }
  return table;
}

// Integers of type y that rise from about 0 to about 1 with random steps, one for every input.
LookupTable random_entries(NumberType x, NumberType y, std::int64_t least, Rng& rng) {
  LookupTable table;
  const std::int64_t inputs = std::int64_t{1} << x.bits;
  for (std::int64_t i = 0; i < inputs; ++i) {
    const double line = std::ldexp(static_cast<double>(i) / static_cast<double>(inputs), -y.exp);
    const std::int64_t v = std::llround(line) + rng.between(-20, 20);
    table.values.push_back(static_cast<std::int32_t>(std::max(least, fx::saturate(y.bits, v))));
  }
  return table;
}

// Draws the integers of one op and the exponent of what it writes.
struct Draw {
  Program& program;
  NumberType& y;
  DrawOptions options;
  Rng& rng;

  int x_exp(EdgeIndex edge) const { return program.edges[edge].type.exp; }
  int extra() const { return 8 - y.bits + rng.between(-1, 1); }
  // log2 of what a sum of so many products of random bytes reaches.
  static int scale(int inputs) {
    return static_cast<int>(std::lround(std::log2(73 * std::sqrt(inputs))));
  }
  // Whether a function of x gets a table; without tables nothing is drawn.
  bool draw_table(NumberType x) const {
    return options.tables && x.bits <= fx::kMaxTableBits && rng.below(2) == 1;
  }
  static std::vector<std::size_t> shape(int rows, int columns) {
    return {std::size_t(rows), std::size_t(columns)};
  }

  void operator()(Embed& op) const {
    op.table_type = {8, -6};
    fill(op.table, shape(op.vocab, op.out), -128, 127, rng);
    fill(op.bias, shape(op.bias_rows, op.out), -50, 50, rng);
    y.exp = -6 + extra();
  }
  void operator()(Linear& op) const {
    if (options.offsets) op.weight_offset = random_offsets(op.out, rng);
    op.weight_type = {8, -7 - largest_offset(op.weight_offset) / 2};
    fill(op.weight, shape(op.out, op.in), -128, 127, rng);
    if (op.bias_rows > 0) fill(op.bias, shape(op.bias_rows, op.out), -5000, 5000, rng);
    y.exp = -7 + x_exp(op.x) + scale(op.in) + extra();
  }
  void operator()(DwConv& op) const {
    if (options.offsets) op.weight_offset = random_offsets(op.width, rng);
    op.weight_type = {8, -7 - largest_offset(op.weight_offset) / 2};
    fill(op.weight, shape(op.width, op.taps), -128, 127, rng);
    fill(op.bias, {std::size_t(op.width)}, -5000, 5000, rng);
    y.exp = -7 + x_exp(op.x) + scale(op.taps) + extra();
  }
  void operator()(RangeNorm& op) const {
    op.weight_type = {8, -6};
    fill(op.weight, {std::size_t(op.width)}, -128, 127, rng);
    fill(op.bias, {std::size_t(op.width)}, -100000, 100000, rng);
    y.exp = -6 - ratio_fraction(op) + 14 + extra();
  }
  void operator()(Pwl& op) const {
    const NumberType x = program.edges[op.x].type;
    const bool table = draw_table(x);
    if (!table) op.table = random_table(x.exp, rng);
    y.exp = -7 + extra();
    if (table) op.table = random_entries(x, y, fx::min_of(y.bits), rng);
  }
  void operator()(Scan& op) const {
    op.A_type = {8, -4};
    fill(op.A, shape(op.width, op.states), -128, -1, rng);
    fill(op.D, {std::size_t(op.width)}, -128, 127, rng);
    op.z_type = {8, x_exp(op.delta) - 4 + 6 + rng.between(-1, 1)};
    if (draw_table(op.z_type)) {
      op.exp = random_entries(op.z_type, fx::kAbarType, 0, rng);
    } else {
      op.exp = random_table(op.z_type.exp, rng);
    }
    const ScanProduct product = product_of(op);
    op.product_type = {8, x_exp(op.delta) + x_exp(product.first) + 6 + rng.between(-1, 1)};
    op.state_type.exp = op.product_type.exp + x_exp(product.second) + 14 -
                        (op.state_type.bits - 1) + rng.between(0, 3);
    y.exp = x_exp(op.C) + op.state_type.exp + (op.state_type.bits - 8) + 1 + extra();
    // The skip takes half of the range of y: more would drown the states.
    op.D_type = {8, y.exp - x_exp(op.x) - 8};
  }
  void operator()(Gate& op) const { y.exp = x_exp(op.x0) + x_exp(op.x1) + 6 + extra(); }
  void operator()(Add& op) const { y.exp = std::max(x_exp(op.x0), x_exp(op.x1)) + extra(); }
  void operator()(Pool& op) const {
    y.exp = x_exp(op.x) + (op.kind == PoolKind::kMean ? rng.between(-2, 0) : 0);
  }
  void operator()(Window& op) const { y = program.edges[op.x].type; }
  void operator()(Max& op) const { y = program.edges[op.x].type; }
  void operator()(Attention& op) const {
    const int sum_exp = x_exp(op.queries) + x_exp(op.keys);
    op.score_type = {8, sum_exp + scale(op.head_width()) + rng.between(-1, 1)};
    // As if scores had a scale at which some weights are neither all nor nothing.
    op.weights = fx::attention_weights(-rng.between(3, 6), 1);
    y.exp = x_exp(op.values) + rng.between(-2, 0);
  }
};

// Whether what is added has exponents that the validator takes: they may drift apart over a few
// blocks.
bool sums_fit(const Program& program) {
  return std::all_of(program.ops.begin(), program.ops.end(), [&](const Op& op) {
    const auto* add = std::get_if<Add>(&op);
    if (add == nullptr) return true;
    return std::abs(program.edges[add->x0].type.exp - program.edges[add->x1].type.exp) <= 32;
  });
}

}  // namespace

Program random_program(Program program, DrawOptions options, Rng& rng) {
  const std::size_t channels = program.input.channels;
  if (program.input.vocab > 0) {
    program.input.normalisation = {{0.0f}, {1.0f}};
  } else {
    program.input.normalisation = {std::vector<float>(channels, 60.0f),
                                   std::vector<float>(channels, 40.0f)};
    program.edges[0].type.exp = -5;
  }
  if (options.orders && rng.below(2) == 1) {
    for (Op& op : program.ops) {
      if (auto* scan = std::get_if<Scan>(&op)) scan->order = ScanOrder::kDeltaX;
    }
  }
  do {
    for (std::size_t i = 0; i < program.ops.size(); ++i) {
      std::visit(Draw{program, program.edges[i + 1].type, options, rng}, program.ops[i]);
    }
  } while (!sums_fit(program));
  return program;
}

}  // namespace emamba
