// SPDX-License-Identifier: Apache-2.0
#include "exec/compare.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "fx/attention.h"
#include "fx/layer_norm.h"
#include "fx/scan.h"
#include "ir/structure.h"

namespace emamba {
namespace {

double real(std::int64_t q, int exp) {
  return std::ldexp(static_cast<double>(q), exp);
}

// What rounding may make of a parameter: half a unit, and what lies beyond the type's range.
double rounding(double parameter, NumberType type) {
  const double low = real(fx::min_of(type.bits), type.exp),
               high = real(fx::max_of(type.bits), type.exp);
  return real(1, type.exp - 1) + std::abs(parameter - std::clamp(parameter, low, high));
}

using Edges = std::vector<Tensor<std::int32_t>>;

// What the bound of an op is made of: golden's values, of the vector `row`, and the float model's
// parameters.
struct Context {
  const Program& program;
  const FloatEngine::Parameters& p;
  const Edges& golden;  // of each edge (rows, width)
  std::size_t row = 0;

  std::int32_t q(EdgeIndex edge, int channel) const { return golden[edge].row(row)[channel]; }
  double x(EdgeIndex edge, int channel) const { return real(q(edge, channel), type(edge).exp); }
  NumberType type(EdgeIndex edge) const { return program.edges[edge].type; }
  // Of a bias of 32 bits, where there is one.
  double bias_rounding(const Tensor<std::int32_t>& bias, int exp, int channel) const {
    if (bias.empty()) return 0;
    const bool row_a_vector = bias.shape.size() > 1 && bias.shape[0] > 1;
    return rounding(p.bias[(row_a_vector ? row : 0) * bias.shape.back() + channel], {32, exp});
  }
};

// Bounds on an op's error before its result is rounded (section 13), for output channel `o` of the
// vector under way.

double bound(const Embed& op, const Context& c, int o) {
  const int id = c.q(op.x, 0), exp = op.table_type.exp;
  return rounding(c.p.weight[id * op.out + o], op.table_type) + c.bias_rounding(op.bias, exp, o);
}

double bound(const Linear& op, const Context& c, int o) {
  const NumberType type = channel_type(op, o);
  double sum = c.bias_rounding(op.bias, type.exp + c.type(op.x).exp, o);
  for (int i = 0; i < op.in; ++i) {
    const double weight = c.p.weight[std::size_t(i) * op.out + o];  // stored transposed
    sum += std::abs(c.x(op.x, i)) * rounding(weight, type);
  }
  return sum;
}

double bound(const DwConv& op, const Context& c, int d) {
  const int x_exp = c.type(op.x).exp, K = op.taps, row = static_cast<int>(c.row);
  const NumberType type = channel_type(op, d);
  double sum = c.bias_rounding(op.bias, type.exp + x_exp, d);
  for (int k = std::max(0, K - 1 - row); k < K; ++k) {
    const double x = real(c.golden[op.x].row(row - K + 1 + k)[d], x_exp);
    sum += std::abs(x) * rounding(c.p.weight[d * K + k], type);
  }
  return sum;
}

// Of the ratio of a layer norm: half a unit, the reciprocal's relative 2^-8, what keeping it within
// its bits loses, and what the float engine adds to the variance.
double layer_ratio_error(const RangeNorm& op, const Context& c, int d) {
  std::int64_t sum = 0, squares = 0;
  for (int i = 0; i < op.width; ++i) {
    const std::int64_t x = c.q(op.x, i);
    sum += x, squares += x * x;
  }
  const std::int64_t variance = fx::scaled_variance(op.width, sum, squares);
  if (variance == 0) return 0;
  const double deviation = std::sqrt(static_cast<double>(variance));  // width times
  const double ratio = std::abs(static_cast<double>(op.width * c.q(op.x, d) - sum)) / deviation;
  const double kept =
      real(fx::layer_reciprocal(op.width, variance), -fx::reciprocal_fraction(op.width)) *
      deviation;
  const double x = deviation / op.width * real(1, c.type(op.x).exp);
  const double epsilon = 1 - x / std::sqrt(x * x + kNormEpsilon);
  return real(1, -ratio_fraction(op) - 1) +
         ratio * (real(1, -8) + std::max(0.0, 1 - real(1, -8) - kept) + epsilon);
}

double bound(const RangeNorm& op, const Context& c, int d) {
  const double gamma = real(op.weight.data[d], op.weight_type.exp);
  if (op.norm == Norm::kLayer) {
    // |ratio| is below the root of the width.
    return rounding(c.p.weight[d], op.weight_type) * std::sqrt(op.width) +
           std::abs(gamma) * layer_ratio_error(op, c, d) +
           c.bias_rounding(op.bias, op.weight_type.exp - ratio_fraction(op), d);
  }
  // |ratio| <= 1; its own error is half a unit and the reciprocal's relative 2^-13.
  const double ratio_error = real(1, -fx::kRatioFraction - 1) + real(1, -13);
  return rounding(c.p.weight[d], op.weight_type) + std::abs(gamma) * ratio_error +
         c.bias_rounding(op.bias, op.weight_type.exp - fx::kRatioFraction, d);
}

// Lines miss the function; a table is rounded, and nothing else.
double bound(const Pwl& op, const Context& c, int d) {
  const auto* lines = std::get_if<PwlTable>(&op.table);
  if (lines == nullptr) return 0;
  const double x = c.x(op.x, d);
  return std::abs(evaluate(op.function, x) - curve_of(*lines, c.type(op.x).exp)(x));
}

double bound(const Gate&, const Context&, int) {
  return 0;
}
double bound(const Add&, const Context&, int) {
  return 0;
}
double bound(const Window&, const Context&, int) {
  return 0;
}
double bound(const Max&, const Context&, int) {
  return 0;
}

// Bounds of a whole sequence (rows, width): row by row, but for operations that remember.
template <class AnyOp>
Tensor<double> bounds(const AnyOp& op, Context c, const std::vector<std::size_t>& shape) {
  auto result = make_tensor<double>(shape);
  for (; c.row < shape[0]; ++c.row) {
    for (std::size_t o = 0; o < shape[1]; ++o) {
      result.row(c.row)[o] = bound(op, c, static_cast<int>(o));
    }
  }
  return result;
}

// Error of the working state: of Abar on the stored state, of Bbar on the input (or u on B), of the
// stored state carried on, of aligning the increment, and of saturation.
Tensor<double> bounds(const Scan& op, Context c, const std::vector<std::size_t>& shape) {
  auto result = make_tensor<double>(shape);
  const NumberType delta_type = c.type(op.delta);
  const bool delta_x = op.order == ScanOrder::kDeltaX;
  const int first_exp = c.type(product_of(op).first).exp;
  const int second_exp = c.type(product_of(op).second).exp;
  const int acc_exp = c.type(op.C).exp + op.state_type.exp;
  const int h_exp = op.state_type.exp + fx::kStateDrop;
  std::vector<std::int64_t> stored(op.A.size());  // golden's h
  std::vector<double> error(op.A.size());         // bounds that of h
  for (; c.row < shape[0]; ++c.row) {
    for (int d = 0; d < op.width; ++d) {
      const std::int64_t x = c.q(op.x, d), delta = c.q(op.delta, d);
      double sum = rounding(c.p.D[d], op.D_type) * std::abs(c.x(op.x, d)) + real(1, acc_exp - 1);
      for (int n = 0; n < op.states; ++n) {
        std::int64_t& h = stored[d * op.states + n];
        const std::int64_t B = c.q(op.B, n), A = op.A.row(d)[n];
        const std::int64_t z = fx::requantise(delta * A, delta_type.exp + op.A_type.exp, op.z_type);
        const std::int64_t abar_q = fx::scan_abar(op.exp, z, op.z_type);
        const std::int64_t first = delta_x ? x : B, second = delta_x ? B : x;
        const std::int64_t product_q =
            fx::requantise(delta * first, delta_type.exp + first_exp, op.product_type);
        const double abar = std::exp(c.x(op.delta, d) * c.p.A[d * op.states + n]);
        const double product = c.x(op.delta, d) * real(first, first_exp);
        const std::int64_t increment = fx::round_shift(
            product_q * second, op.state_type.exp - (op.product_type.exp + second_exp));
        const std::int64_t exact = abar_q * h + increment;
        const std::int64_t state = fx::scan_state(op.state_type.bits, abar_q, h, increment);

        double& e = error[d * op.states + n];
        e = abar * e + std::abs(abar - real(abar_q, fx::kAbarType.exp)) * std::abs(real(h, h_exp)) +
            std::abs(product - real(product_q, op.product_type.exp)) *
                std::abs(real(second, second_exp)) +
            real(1, op.state_type.exp - 1) + std::abs(real(exact - state, op.state_type.exp));
        sum += std::abs(c.x(op.C, n)) * e;
        e += real(1, h_exp);  // storing drops less than one unit of the stored state
        h = fx::scan_store(state);
      }
      result.row(c.row)[d] = sum;
    }
  }
  return result;
}

// Of every weight, how far it is from what softmax makes of the same queries and keys, on the
// value; and the reciprocal's relative error.
Tensor<double> bounds(const Attention& op, Context c, const std::vector<std::size_t>& shape) {
  auto result = make_tensor<double>(shape);
  const int score_exp = c.type(op.queries).exp + c.type(op.keys).exp;
  std::vector<std::int64_t> sum(std::size_t(op.tokens)), score(std::size_t(op.tokens));
  std::vector<double> exact(std::size_t(op.tokens));
  for (; c.row < shape[0]; ++c.row) {
    for (int first = 0; first < op.width; first += op.head_width()) {
      const int end = first + op.head_width();
      for (int u = 0; u < op.tokens; ++u) {
        sum[u] = 0;
        for (int d = first; d < end; ++d) {
          sum[u] += std::int64_t{c.q(op.queries, d)} * c.golden[op.keys].row(u)[d];
        }
        score[u] = fx::requantise(sum[u], score_exp, op.score_type);
      }
      const std::int64_t most_sum = *std::max_element(sum.begin(), sum.end());
      const std::int64_t most = *std::max_element(score.begin(), score.end());
      double exact_all = 0, all = 0;
      for (int u = 0; u < op.tokens; ++u) {
        exact[u] = std::exp(real(sum[u] - most_sum, score_exp) / std::sqrt(op.head_width()));
        exact_all += exact[u];
        all += op.weights[most - score[u]];
      }
      for (int d = first; d < end; ++d) {
        double error = 0, mean = 0;
        for (int u = 0; u < op.tokens; ++u) {
          const double v = real(c.golden[op.values].row(u)[d], c.type(op.values).exp);
          const double p = op.weights[most - score[u]] / all;
          error += std::abs(p - exact[u] / exact_all) * std::abs(v);
          mean += p * v;
        }
        result.row(c.row)[d] = error + std::abs(mean) * real(1, -8);
      }
    }
  }
  return result;
}

// Of a mean, the reciprocal's relative error.
Tensor<double> bounds(const Pool& op, const Context& c, const std::vector<std::size_t>& shape) {
  auto result = make_tensor<double>(shape);
  if (op.kind == PoolKind::kFlatten) return result;
  const Tensor<std::int32_t>& x = c.golden[op.x];
  for (std::size_t i = 0; i < x.size(); ++i) {
    result.data[i % result.size()] += real(x.data[i], c.type(op.x).exp) / op.tokens;
  }
  for (double& mean : result.data) mean = std::abs(mean) * real(1, -15);
  return result;
}

// Keeps the element whose difference is largest against its bound.
void keep_worst(EdgeComparison& worst, int token, int channel, double float_value,
                double golden_value, double bound) {
  // Single-precision sums in the float engine.
  bound += 1e-5 * (std::abs(float_value) + bound);
  const double difference = std::abs(float_value - golden_value);
  if (worst.bound == 0 ||
      difference * worst.bound > std::abs(worst.float_value - worst.golden_value) * bound) {
    worst.token = token;
    worst.channel = channel;
    worst.float_value = float_value;
    worst.golden_value = golden_value;
    worst.bound = bound;
    worst.beyond = difference > bound;
  }
}

Tensor<float> as_real(const Tensor<std::int32_t>& integers, int exp) {
  Tensor<float> result{integers.shape, {}};
  for (std::int32_t q : integers.data) result.data.push_back(static_cast<float>(real(q, exp)));
  return result;
}

}  // namespace

std::vector<EdgeComparison> compare_engines(const FloatModel& model, const Program& program,
                                            const float* sample) {
  if (const std::string other = first_difference(program, model.network); !other.empty()) {
    throw Error(
        fmt::format("the program is not of the float model's network: they differ at '{}'", other),
        "make the program again with `emamba quantize`");
  }
  const FloatEngine float_engine(model);
  const Golden golden(program);
  const Tensor<float> tokens = tokens_of(program.input, sample);
  const std::vector<Tensor<float>> alone = float_engine.trace(tokens);  // by itself
  const Edges integers = golden.trace(quantise_tokens(tokens, program.edges[0].type));
  std::vector<Tensor<float>> inputs;  // golden's values, for the float engine's operations
  for (std::size_t e = 0; e < integers.size(); ++e) {
    inputs.push_back(as_real(integers[e], program.edges[e].type.exp));
  }

  std::vector<EdgeComparison> edges;
  for (std::size_t e = 0; e < integers.size(); ++e) {
    EdgeComparison edge;
    edge.name = edge_name(program, static_cast<EdgeIndex>(e));
    edge.type = program.edges[e].type;
    const double low = real(fx::min_of(edge.type.bits), edge.type.exp);
    const double high = real(fx::max_of(edge.type.bits), edge.type.exp);
    // The operation alone in floating point, and how far it may be from golden's result.
    Tensor<float> exact = tokens;
    Tensor<double> bounds_of = make_tensor<double>(tokens.shape);
    if (e > 0) {
      exact = make_tensor<float>(integers[e].shape);
      float_engine.run_op(e - 1, inputs, exact);
      const Context context{program, float_engine.parameters(e - 1), integers};
      bounds_of = std::visit([&](const auto& op) { return bounds(op, context, exact.shape); },
                             program.ops[e - 1]);
    }
    const std::size_t width = exact.shape[1];
    for (std::size_t i = 0; i < exact.size(); ++i) {
      const double value = real(integers[e].data[i], edge.type.exp);
      edge.drift = std::max(edge.drift, std::abs(alone[e].data[i] - value));
      const double wanted = std::clamp(double{exact.data[i]}, low, high);
      keep_worst(edge, static_cast<int>(i / width), static_cast<int>(i % width), wanted, value,
                 bounds_of.data[i] + real(1, edge.type.exp - 1));
    }
    edges.push_back(std::move(edge));
  }
  return edges;
}

}  // namespace emamba
