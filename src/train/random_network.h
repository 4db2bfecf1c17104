// SPDX-License-Identifier: Apache-2.0
// Networks put together by hand, operation by operation, with random parameters, for the tests of
// this folder.
#pragma once

#include <fmt/format.h>
#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "ir/program.h"
#include "train/parameters.h"
#include "train/random_tensors.h"

namespace emamba {

// Operations are named in the order in which they come.
struct RandomNetwork {
  Rng& rng;
  Program program{};        // whose edges have neither size nor type
  Parameters parameters{};  // double, wanting gradients

  template <class AnyOp>
  EdgeIndex add(AnyOp op) {
    op.name = fmt::format("op{}", program.ops.size());
    program.ops.emplace_back(std::move(op));
    program.edges.resize(program.ops.size() + 1);
    return static_cast<EdgeIndex>(program.ops.size());
  }
  // Of the operation added last.
  void parameter(const char* suffix, std::vector<std::int64_t> shape) {
    parameters[name_of(program.ops.back()) + suffix] =
        random_tensor(std::move(shape), -0.6, 0.6, rng);
  }

  EdgeIndex linear(EdgeIndex x, int in, int out, int bias_rows = 0,
                   Activation activation = Activation::kNone) {
    Linear op;
    op.x = x;
    op.in = in;
    op.out = out;
    op.bias_rows = bias_rows;
    op.activation = activation;
    const EdgeIndex y = add(std::move(op));
    parameter(".weight", {out, in});
    if (bias_rows == 1) parameter(".bias", {out});
    if (bias_rows > 1) parameter(".bias", {bias_rows, out});
    return y;
  }
  EdgeIndex norm(EdgeIndex x, int width, Norm kind = Norm::kRange) {
    RangeNorm op;
    op.x = x;
    op.width = width;
    op.norm = kind;
    const EdgeIndex y = add(std::move(op));
    parameter(".weight", {width});
    parameter(".bias", {width});
    return y;
  }
  EdgeIndex conv(EdgeIndex x, int width, int taps) {
    DwConv op;
    op.x = x;
    op.width = width;
    op.taps = taps;
    const EdgeIndex y = add(std::move(op));
    parameter(".weight", {width, taps});
    parameter(".bias", {width});
    return y;
  }
  EdgeIndex silu(EdgeIndex x, int width) {
    Pwl op;
    op.x = x;
    op.width = width;
    return add(std::move(op));
  }
  EdgeIndex scan(EdgeIndex x, EdgeIndex delta, EdgeIndex B, EdgeIndex C, int width, int states) {
    Scan op;
    op.x = x;
    op.delta = delta;
    op.B = B;
    op.C = C;
    op.width = width;
    op.states = states;
    const EdgeIndex y = add(std::move(op));
    parameter(".A_log", {width, states});
    parameter(".D", {width});
    return y;
  }
  EdgeIndex pool(EdgeIndex x, int width, int vectors, PoolKind kind) {
    Pool op;
    op.x = x;
    op.width = width;
    op.tokens = vectors;
    op.kind = kind;
    return add(std::move(op));
  }
  EdgeIndex gate(EdgeIndex x0, EdgeIndex x1, int width) { return add(Gate{"", x0, x1, width}); }
  EdgeIndex sum(EdgeIndex x0, EdgeIndex x1, int width) { return add(Add{"", x0, x1, width}); }
};

}  // namespace emamba
