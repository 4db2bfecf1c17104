// SPDX-License-Identifier: Apache-2.0
// One short function per operation, to be read beside exec/float.cpp, which has the same formulas
// for one vector at a time.
#include "train/operations.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "train/fused_ops.h"
#include "train/selective_scan.h"
#include "train/straight_through.h"

namespace emamba {
namespace {

using At = torch::Tensor;

// The values of integers at an exponent.
template <class Integers>
At real(const Integers& integers, int exp) {
  std::vector<float> values;
  for (const auto q : integers) values.push_back(std::ldexp(static_cast<float>(q), exp));
  return torch::tensor(values);
}

struct Compute {
  const Operands& in;

  const At& x(EdgeIndex edge) const { return in.edges[edge]; }
  // (sequences, vectors, width)
  At by_sequence(EdgeIndex edge) const { return x(edge).view({in.sequences, -1, x(edge).size(1)}); }
  const At& parameter(const std::string& op, const char* suffix) const {
    return in.parameters.at(op + suffix);
  }
  bool fused() const { return in.kernels == Kernels::kFused; }

  // `exact`, or what its integers stand for.
  At weight(const At& exact, const Tensor<std::int8_t>& integers, NumberType type) const {
    if (in.integers == nullptr) return exact;
    const At step = torch::full({1}, std::ldexp(1.0f, type.exp));
    return straight_through(exact, real(integers.data, type.exp).view(exact.sizes()), step,
                            type.bits);
  }
  // Of Linear and DwConv: (channels, inputs), each channel at its own exponent.
  template <class AnyOp>
  At channel_weight(const AnyOp& op) const {
    const At& exact = parameter(op.name, ".weight");
    if (in.integers == nullptr) return exact;
    const At step = torch::empty({exact.size(0), 1});
    for (std::int64_t o = 0; o < exact.size(0); ++o) {
      step.data_ptr<float>()[o] = std::ldexp(1.0f, channel_type(op, o).exp);
    }
    return straight_through(exact, real(op.weight.data, 0).view(exact.sizes()) * step, step,
                            op.weight_type.bits);
  }
  // y (sequences * vectors, width) plus the one row of a bias, or that of each vector.
  At biased(const At& y, const std::string& op) const {
    const At& bias = parameter(op, ".bias");
    return (y.view({in.sequences, -1, y.size(1)}) + bias).view(y.sizes());
  }

  At operator()(const Embed& op) const {
    const At table = weight(parameter(op.name, ".table"), op.table, op.table_type);
    return biased(table.index_select(0, x(op.x).reshape(-1).to(torch::kLong)), op.name);
  }
  // Some of the numbers of vectors that come once a sequence.
  At dropped(const At& vectors) const {
    if (in.dropout == nullptr || vectors.size(0) != in.sequences) return vectors;
    const auto kept = static_cast<float>(1 / (1 - in.dropout->probability));
    const At mask = torch::empty_like(vectors);
    std::generate_n(mask.data_ptr<float>(), mask.numel(), [&] {
      return in.dropout->rng.uniform() < in.dropout->probability ? 0.0f : kept;
    });
    return vectors * mask;
  }
  At operator()(const Linear& op) const {
    const At W = channel_weight(op).t(), from = dropped(x(op.x));
    const At y = op.bias_rows == 0   ? torch::mm(from, W)
                 : op.bias_rows == 1 ? torch::addmm(parameter(op.name, ".bias"), from, W)
                                     : biased(torch::mm(from, W), op.name);
    return activated(op, y);
  }
  static At activated(const Linear& op, const At& y) {
    switch (op.activation) {
      case Activation::kNone:
        return y;
      case Activation::kRelu:
        return torch::relu(y);
      case Activation::kSoftplus:
        return torch::softplus(y);
    }
    return y;
  }
  // Places are the outer dimensions of all tensors here, and channels the innermost.
  At convolution(const Window& window, const Linear& op) const {
    const At image = x(window.x)
                         .view({in.sequences, window.grid.height, window.grid.width, window.width})
                         .permute({0, 3, 1, 2});
    const At W = parameter(op.name, ".weight")
                     .view({op.out, window.kernel.height, window.kernel.width, window.width})
                     .permute({0, 3, 1, 2});
    const At y = torch::conv2d(image, W, op.bias_rows == 1 ? parameter(op.name, ".bias") : At(),
                               {window.stride.height, window.stride.width},
                               {window.padding.height, window.padding.width});
    return activated(op, y.permute({0, 2, 3, 1}).reshape({-1, op.out}));
  }
  At operator()(const DwConv& op) const {
    return (fused() ? causal_conv : causal_conv_plain)(by_sequence(op.x), channel_weight(op),
                                                       parameter(op.name, ".bias"))
        .view({-1, op.width});
  }
  At operator()(const RangeNorm& op) const {
    const At gamma = weight(parameter(op.name, ".weight"), op.weight, op.weight_type);
    switch (op.norm) {
      case Norm::kRange:
        return (fused() ? range_norm : range_norm_plain)(x(op.x), gamma,
                                                         parameter(op.name, ".bias"));
      case Norm::kLayer:
        return torch::layer_norm(x(op.x), op.width, gamma, parameter(op.name, ".bias"),
                                 kNormEpsilon);
      case Norm::kBatch:
        return batch_norm(op, gamma);
      case Norm::kRms:
        return gamma * x(op.x) * torch::rsqrt(x(op.x).square().mean(-1, true) + kNormEpsilon);
    }
    return x(op.x);
  }
  At batch_norm(const RangeNorm& op, const At& gamma) const {
    constexpr double kMomentum = 0.1;
    const bool stored = in.statistics == Statistics::kStored;
    // They are moved in place, and have no gradient.
    At mean, variance;
    if (in.statistics != Statistics::kBatch) {
      mean = parameter(op.name, ".mean").detach();
      variance = parameter(op.name, ".variance").detach();
    }
    return torch::batch_norm(x(op.x), gamma, parameter(op.name, ".bias"), mean, variance, !stored,
                             kMomentum, kNormEpsilon, false);
  }
  At operator()(const Pwl& op) const {
    const auto* lines = in.integers == nullptr ? nullptr : std::get_if<PwlTable>(&op.table);
    if (lines != nullptr) {
      const At knots = real(lines->knots, in.integers->edges[op.x].type.exp);
      const At line = torch::bucketize(x(op.x).detach(), knots, false, true);  // knots <= x
      return x(op.x) * real(lines->slopes, lines->slope.exp).index({line});
    }
    switch (op.function) {
      case Function::kSilu:
        return torch::silu(x(op.x));
      case Function::kExp:
        return torch::exp(x(op.x));
      case Function::kRelu:
        return torch::relu(x(op.x));
      case Function::kGelu:
        return torch::gelu(x(op.x));
    }
    return x(op.x);
  }
  At operator()(const Scan& op) const {
    const At A = weight(-torch::exp(parameter(op.name, ".A_log")), op.A, op.A_type);
    const At D = weight(parameter(op.name, ".D"), op.D, op.D_type);
    return (fused() ? selective_scan : selective_scan_plain)(
               by_sequence(op.delta), A, by_sequence(op.B), by_sequence(op.C), by_sequence(op.x), D)
        .view({-1, op.width});
  }
  At operator()(const Gate& op) const { return x(op.x0) * x(op.x1); }
  At operator()(const Add& op) const { return x(op.x0) + x(op.x1); }
  At operator()(const Pool& op) const {
    switch (op.kind) {
      case PoolKind::kFlatten:
        return x(op.x).view({in.sequences, -1});
      case PoolKind::kMean:
        return by_sequence(op.x).mean(1);
    }
    return x(op.x);
  }
  At operator()(const Window& op) const {
    const Size out = op.places();
    const At image = torch::constant_pad_nd(
        x(op.x).view({in.sequences, op.grid.height, op.grid.width, op.width}),
        {0, 0, op.padding.width, op.padding.width, op.padding.height, op.padding.height});
    std::vector<At> taps;
    for (int ky = 0; ky < op.kernel.height; ++ky) {
      for (int kx = 0; kx < op.kernel.width; ++kx) {
        const std::int64_t bottom = ky + std::int64_t{op.stride.height} * (out.height - 1) + 1;
        const std::int64_t right = kx + std::int64_t{op.stride.width} * (out.width - 1) + 1;
        taps.push_back(
            image.slice(1, ky, bottom, op.stride.height).slice(2, kx, right, op.stride.width));
      }
    }
    return torch::cat(taps, 3).view({-1, out_width(op)});
  }
  At operator()(const Max& op) const {
    return std::get<0>(x(op.x).view({-1, op.terms, op.width}).max(1));
  }
  At operator()(const Attention& op) const {
    // (sequences, heads, tokens, head width)
    const auto by_head = [&](EdgeIndex edge) {
      return x(edge).view({in.sequences, op.tokens, op.heads, op.head_width()}).transpose(1, 2);
    };
    const double scale = 1 / std::sqrt(op.head_width());
    const At scores = torch::matmul(by_head(op.queries) * scale, by_head(op.keys).transpose(2, 3));
    return torch::matmul(torch::softmax(scores, 3), by_head(op.values))
        .transpose(1, 2)
        .reshape({-1, op.width});
  }
};

}  // namespace

At convolution(const Window& window, const Linear& op, const Operands& operands) {
  return Compute{operands}.convolution(window, op);
}

At compute(const Op& op, const Operands& operands) {
  return std::visit(Compute{operands}, op);
}

}  // namespace emamba
