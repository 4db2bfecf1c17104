// SPDX-License-Identifier: Apache-2.0
#include "train/quantised_network.h"

#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "base/parallel.h"
#include "train/fused_ops.h"
#include "train/selective_scan.h"

namespace emamba {
namespace {

using At = torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// The value of `rounded`; the gradient goes to `exact` where exact / step lies in [lo, hi]. One
// step, or one a row.
struct StraightThrough : torch::autograd::Function<StraightThrough> {
  static At forward(AutogradContext* context, const At& exact, const At& rounded, const At& step,
                    double lo, double hi) {
    context->save_for_backward({exact, step});
    context->saved_data["lo"] = lo;
    context->saved_data["hi"] = hi;
    return rounded.clone();
  }
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const At exact = saved[0].contiguous(), step = saved[1], gradient = gradients[0].contiguous();
    const auto lo = static_cast<float>(context->saved_data["lo"].toDouble());
    const auto hi = static_cast<float>(context->saved_data["hi"].toDouble());
    At result = torch::empty_like(gradient);
    const std::int64_t rows = step.numel(), length = exact.numel() / rows;
    for (std::int64_t r = 0; r < rows; ++r) {
      const float least = lo * step.data_ptr<float>()[r], most = hi * step.data_ptr<float>()[r];
      const float* x = exact.data_ptr<float>() + r * length;
      const float* g = gradient.data_ptr<float>() + r * length;
      float* to = result.data_ptr<float>() + r * length;
      for (std::int64_t i = 0; i < length; ++i) to[i] = x[i] >= least && x[i] <= most ? g[i] : 0;
    }
    return {result, At(), At(), At(), At()};
  }
};

// exact and rounded of one shape; rounded is an integer of so many bits times `step`.
At straight_through(const At& exact, const At& rounded, const At& step, int bits) {
  return StraightThrough::apply(exact, rounded.view(exact.sizes()), step,
                                static_cast<double>(fx::min_of(bits)) - 0.5,
                                static_cast<double>(fx::max_of(bits)) + 0.5);
}

At step_of(NumberType type) {
  return torch::full({1}, std::ldexp(1.0f, type.exp));
}

At as_floats(const Tensor<std::int8_t>& integers, at::IntArrayRef shape) {
  const At values = torch::empty(shape);
  std::copy(integers.data.begin(), integers.data.end(), values.data_ptr<float>());
  return values;
}

// One operation: its value in floating point on the inputs and parameters as rounded.
struct Twin {
  const Program& program;
  const Parameters& parameters;
  const std::vector<At>& edges;  // those before it

  const At& parameter(const std::string& name) const { return parameters.at(name); }
  // exact, with the values of its integers at `step`.
  static At rounded(const At& exact, const Tensor<std::int8_t>& integers, const At& step,
                    int bits) {
    return straight_through(exact, as_floats(integers, exact.sizes()) * step, step, bits);
  }
  At weight(const std::string& name, const Tensor<std::int8_t>& integers, NumberType type) const {
    return rounded(parameter(name), integers, step_of(type), type.bits);
  }
  // Linear, DwConv: (channels, inputs), each channel at its own exponent.
  template <class AnyOp>
  At channel_weight(const AnyOp& op) const {
    const At& exact = parameter(op.name + ".weight");
    const At step = torch::empty({exact.size(0), 1});
    for (std::int64_t o = 0; o < exact.size(0); ++o) {
      step.data_ptr<float>()[o] = std::ldexp(1.0f, channel_type(op, o).exp);
    }
    return rounded(exact, op.weight, step, op.weight_type.bits);
  }
  std::int64_t batch(EdgeIndex x) const { return edges[x].size(0) / program.spec.L(); }
  At sequences(EdgeIndex x) const { return edges[x].view({batch(x), program.spec.L(), -1}); }
  // y (rows, out) plus the one row of a bias, or that of each token.
  At biased(const At& y, const std::string& op, int rows) const {
    if (rows == 0) return y;
    const At& bias = parameter(op + ".bias");
    if (rows == 1) return y + bias;
    return (y.view({-1, rows, y.size(1)}) + bias).view(y.sizes());
  }

  At operator()(const Embed& op) const {
    const At table = weight(op.name + ".table", op.table, op.table_type);
    const At ids = edges[op.x].reshape(-1).to(torch::kLong);
    return biased(table.index_select(0, ids), op.name, op.bias_rows);
  }
  At operator()(const Linear& op) const {
    const At W = channel_weight(op);
    const At y = biased(torch::mm(edges[op.x], W.t()), op.name, op.bias_rows);
    return op.activation == Activation::kRelu ? torch::relu(y) : y;
  }
  At operator()(const DwConv& op) const {
    const At W = channel_weight(op);
    return causal_conv(sequences(op.x), W, parameter(op.name + ".bias"), false)
        .view({-1, op.width});
  }
  At operator()(const RangeNorm& op) const {
    const At gamma = weight(op.name + ".weight", op.weight, op.weight_type);
    return range_norm(edges[op.x], gamma, parameter(op.name + ".bias"));
  }
  At operator()(const Pwl& op) const {
    const At& x = edges[op.x];
    const auto real = [](const auto& integers, int exp) {
      std::vector<float> values;
      for (const auto q : integers) values.push_back(std::ldexp(static_cast<float>(q), exp));
      return torch::tensor(values);
    };
    const At knots = real(op.table.knots, program.edges[op.x].type.exp);
    const At line = torch::bucketize(x.detach(), knots, false, true);  // knots at or below x
    return x * real(op.table.slopes, op.table.slope.exp).index({line});
  }
  At operator()(const Scan& op) const {
    const At A = rounded(-torch::exp(parameter(op.name + ".A_log")), op.A, step_of(op.A_type),
                         op.A_type.bits);
    const At D = weight(op.name + ".D", op.D, op.D_type);
    return selective_scan(sequences(op.delta), A, sequences(op.B), sequences(op.C), sequences(op.x),
                          D)
        .view({-1, op.width});
  }
  At operator()(const Gate& op) const { return edges[op.x0] * edges[op.x1]; }
  At operator()(const Add& op) const { return edges[op.x0] + edges[op.x1]; }
  At operator()(const Pool& op) const {
    if (op.kind == PoolKind::kMean) return sequences(op.x).mean(1);
    return edges[op.x].view({batch(op.x), -1});
  }
};

}  // namespace

std::vector<At> integer_edges(const Fast& engine, const At& tokens, int threads) {
  const Program& program = engine.program();
  const std::int64_t batch = tokens.size(0), L = tokens.size(1);
  std::vector<At> result;
  for (const Edge& edge : program.edges) {
    result.push_back(torch::empty({edge.per_sequence ? batch : batch * L, edge.width}));
  }
  const auto width = static_cast<std::size_t>(tokens.size(2));
  parallel_for(static_cast<std::size_t>(batch), threads, [&](std::size_t b) {
    auto sample = make_tensor<float>({static_cast<std::size_t>(L), width});
    std::copy_n(tokens.data_ptr<float>() + b * sample.size(), sample.size(), sample.data.begin());
    thread_local std::vector<Tensor<std::int32_t>> edges;  // fresh memory is slow
    engine.run(quantise_tokens(program, sample), edges);
    for (std::size_t i = 0; i < edges.size(); ++i) {
      const float step = std::ldexp(1.0f, program.edges[i].type.exp);
      std::transform(edges[i].data.begin(), edges[i].data.end(),
                     result[i].data_ptr<float>() + b * edges[i].size(),
                     [&](std::int32_t q) { return static_cast<float>(q) * step; });
    }
  });
  return result;
}

std::vector<At> differentiable_edges(const Program& program, const Parameters& parameters,
                                     const std::vector<At>& edges) {
  std::vector<At> result{edges[0]};
  const Twin twin{program, parameters, result};
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    const NumberType type = program.edges[i + 1].type;
    const At exact = std::visit(twin, program.ops[i]);
    result.push_back(straight_through(exact, edges[i + 1], step_of(type), type.bits));
  }
  return result;
}

}  // namespace emamba
