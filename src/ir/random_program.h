// SPDX-License-Identifier: Apache-2.0
// Programs with random weights: for tests, and for estimates of a model that is not trained yet.
#pragma once

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "fx/range_norm.h"
#include "ir/program.h"

namespace emamba {

namespace random_internal {

template <class T>
void fill(Tensor<T>& tensor, std::vector<std::size_t> shape, int low, int high, Rng& rng) {
  tensor = make_tensor<T>(std::move(shape));
  for (T& v : tensor.data) v = static_cast<T>(rng.between(low, high));
}

// Offsets of `channels` exponents, up to a random largest one; none for exponents per tensor.
inline Tensor<std::int8_t> random_offsets(const Spec& spec, int channels, Rng& rng) {
  Tensor<std::int8_t> offsets;
  if (spec.quant.weight_exponents == WeightExponents::kPerTensor) return offsets;
  fill(offsets, {std::size_t(channels)}, 0, rng.between(0, kMaxWeightOffset), rng);
  return offsets;
}

// A rising line with random kinks, from about 0 at the first knot to about 1 at the last, for 8-bit
// inputs and an output of exponent y_exp.
inline PwlTable random_table(int x_exp, Rng& rng) {
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

}  // namespace random_internal

// The spec's program with random weights, and exponents at which edges carry neither zeros nor
// saturated values alone.
inline Program random_program(const Spec& spec, Rng& rng) {
  using random_internal::fill;
  Program program = lower(spec);
  const std::size_t channels = spec.shape().channels;
  program.normalisation = {std::vector<float>(channels, 60.0f),
                           std::vector<float>(channels, 40.0f)};
  if (spec.shape().vocab == 0) program.edges[0].type.exp = -5;
  const auto scale = [](int inputs) {
    return static_cast<int>(std::lround(std::log2(73 * std::sqrt(inputs))));
  };
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    NumberType& y = program.edges[i + 1].type;
    const auto x_exp = [&](EdgeIndex edge) { return program.edges[edge].type.exp; };
    const auto extra = [&] { return 8 - y.bits + rng.between(-1, 1); };
    if (auto* op = std::get_if<Embed>(&program.ops[i])) {
      op->table_type = {8, -6};
      fill(op->table, {std::size_t(op->vocab), std::size_t(op->out)}, -128, 127, rng);
      fill(op->bias, {std::size_t(op->bias_rows), std::size_t(op->out)}, -50, 50, rng);
      y.exp = -6 + extra();
    } else if (auto* op = std::get_if<Linear>(&program.ops[i])) {
      op->weight_offset = random_internal::random_offsets(spec, op->out, rng);
      op->weight_type = {8, -7 - largest_offset(op->weight_offset) / 2};
      fill(op->weight, {std::size_t(op->out), std::size_t(op->in)}, -128, 127, rng);
      if (op->bias_rows > 0) {
        fill(op->bias, {std::size_t(op->bias_rows), std::size_t(op->out)}, -5000, 5000, rng);
      }
      y.exp = -7 + x_exp(op->x) + scale(op->in) + extra();
    } else if (auto* op = std::get_if<DwConv>(&program.ops[i])) {
      op->weight_offset = random_internal::random_offsets(spec, op->width, rng);
      op->weight_type = {8, -7 - largest_offset(op->weight_offset) / 2};
      fill(op->weight, {std::size_t(op->width), std::size_t(op->taps)}, -128, 127, rng);
      fill(op->bias, {std::size_t(op->width)}, -5000, 5000, rng);
      y.exp = -7 + x_exp(op->x) + scale(op->taps) + extra();
    } else if (auto* op = std::get_if<RangeNorm>(&program.ops[i])) {
      op->weight_type = {8, -6};
      fill(op->weight, {std::size_t(op->width)}, -128, 127, rng);
      fill(op->bias, {std::size_t(op->width)}, -100000, 100000, rng);
      y.exp = -6 - fx::kRatioFraction + 14 + extra();
    } else if (auto* op = std::get_if<Pwl>(&program.ops[i])) {
      op->table = random_internal::random_table(x_exp(op->x), rng);
      y.exp = -7 + extra();
    } else if (auto* op = std::get_if<Scan>(&program.ops[i])) {
      const std::size_t width = op->width, states = op->states;
      op->A_type = {8, -4};
      op->D_type = {8, -6};
      fill(op->A, {width, states}, -128, -1, rng);
      fill(op->D, {width}, -128, 127, rng);
      op->z_type = {8, x_exp(op->delta) - 4 + 6 + rng.between(-1, 1)};
      op->exp = random_internal::random_table(op->z_type.exp, rng);
      op->bbar_type = {8, x_exp(op->delta) + x_exp(op->B) + 6 + rng.between(-1, 1)};
      op->state_type.exp =
          op->bbar_type.exp + x_exp(op->x) + 14 - (op->state_type.bits - 1) + rng.between(0, 3);
      y.exp = x_exp(op->C) + op->state_type.exp + (op->state_type.bits - 8) + 1 + extra();
    } else if (auto* op = std::get_if<Gate>(&program.ops[i])) {
      y.exp = x_exp(op->x0) + x_exp(op->x1) + 6 + extra();
    } else if (auto* op = std::get_if<Add>(&program.ops[i])) {
      y.exp = std::max(x_exp(op->x0), x_exp(op->x1)) + extra();
    } else if (auto* op = std::get_if<Pool>(&program.ops[i])) {
      y.exp = x_exp(op->x) + (op->kind == PoolKind::kMean ? rng.between(-2, 0) : 0);
    }
  }
  return program;
}

}  // namespace emamba
