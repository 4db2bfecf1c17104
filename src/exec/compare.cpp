// SPDX-License-Identifier: Apache-2.0
#include "exec/compare.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "fx/range_norm.h"
#include "fx/scan.h"

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

// What an op's edges do not say of its shape.
std::vector<int> inner_shape(const Op& op) {
  if (const auto* embed = std::get_if<Embed>(&op)) return {embed->vocab, embed->bias_rows};
  if (const auto* linear = std::get_if<Linear>(&op)) {
    return {linear->bias_rows, static_cast<int>(linear->activation)};
  }
  if (const auto* conv = std::get_if<DwConv>(&op)) return {conv->taps};
  if (const auto* pool = std::get_if<Pool>(&op)) return {static_cast<int>(pool->kind)};
  return {};
}

// The first op of a program that is not the one of the spec's network; "" when all are. A file's
// graph need not be what its spec says.
std::string first_other_op(const Program& program, const Program& network) {
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    const Op& op = program.ops[i];
    if (i >= network.ops.size()) return name_of(op);
    const Op& wanted = network.ops[i];
    if (op.index() != wanted.index() || name_of(op) != name_of(wanted) ||
        inputs_of(op) != inputs_of(wanted) || inner_shape(op) != inner_shape(wanted) ||
        program.edges[i + 1].width != network.edges[i + 1].width) {
      return name_of(op);
    }
  }
  return program.ops.size() < network.ops.size() ? name_of(network.ops[program.ops.size()]) : "";
}

// What the bound of an op is made of. All values are golden's, before the op's own step.
struct Context {
  const Program& program;
  const FloatEngine::Parameters& p;         // the float model's parameters of the op
  const Golden::State& golden;              // after the step
  const std::vector<std::int32_t>& memory;  // of the op, before the step
  std::vector<double>& state_error;         // Scan: bound on its stored state (width, states)
  int token;

  double x(EdgeIndex edge, int channel) const {
    return real(golden.values[edge][channel], type(edge).exp);
  }
  NumberType type(EdgeIndex edge) const { return program.edges[edge].type; }
  // Of a bias of 32 bits, where there is one.
  double bias_rounding(const Tensor<std::int32_t>& bias, int exp, int channel) const {
    if (bias.empty()) return 0;
    const bool row_a_token = bias.shape.size() > 1 && bias.shape[0] > 1;
    const std::size_t at = (row_a_token ? token : 0) * bias.shape.back() + channel;
    return rounding(p.bias[at], {32, exp});
  }
};

// Bounds on an op's error before its result is rounded (section 13), for output channel `o`.

double bound(const Embed& op, const Context& c, int o) {
  const int id = c.golden.values[op.x][0], exp = op.table_type.exp;
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
  const int x_exp = c.type(op.x).exp, K = op.taps;
  const NumberType type = channel_type(op, d);
  double sum = c.bias_rounding(op.bias, type.exp + x_exp, d);
  for (int k = 0; k < K; ++k) {
    const double x = k == K - 1 ? c.x(op.x, d) : real(c.memory[k * op.width + d], x_exp);
    sum += std::abs(x) * rounding(c.p.weight[d * K + k], type);
  }
  return sum;
}

double bound(const RangeNorm& op, const Context& c, int d) {
  const double gamma = real(op.weight.data[d], op.weight_type.exp);
  // |ratio| <= 1; its own error is half a unit and the reciprocal's relative 2^-13.
  const double ratio_error = real(1, -fx::kRatioFraction - 1) + real(1, -13);
  return rounding(c.p.weight[d], op.weight_type) + std::abs(gamma) * ratio_error +
         c.bias_rounding(op.bias, op.weight_type.exp - fx::kRatioFraction, d);
}

double bound(const Pwl& op, const Context& c, int d) {
  const double x = c.x(op.x, d);
  return std::abs(silu(x) - curve_of(op.table, c.type(op.x).exp)(x));
}

// Error of the working state: of Abar on the stored state, of Bbar on the input, of the stored
// state carried on, of aligning the increment, and of saturation.
double bound(const Scan& op, const Context& c, int d) {
  const NumberType x_type = c.type(op.x), delta_type = c.type(op.delta);
  const std::int64_t x = c.golden.values[op.x][d], delta = c.golden.values[op.delta][d];
  const int acc_exp = c.type(op.C).exp + op.state_type.exp;
  double sum = rounding(c.p.D[d], op.D_type) * std::abs(c.x(op.x, d)) + real(1, acc_exp - 1);
  for (int n = 0; n < op.states; ++n) {
    const std::int64_t B = c.golden.values[op.B][n], A = op.A.row(d)[n];
    const std::int64_t z = fx::requantise(delta * A, delta_type.exp + op.A_type.exp, op.z_type);
    const std::int64_t abar_q = fx::scan_abar(op.exp, z, op.z_type.exp);
    const std::int64_t bbar_q =
        fx::requantise(delta * B, delta_type.exp + c.type(op.B).exp, op.bbar_type);
    const double abar = std::exp(c.x(op.delta, d) * c.p.A[d * op.states + n]);
    const double bbar = c.x(op.delta, d) * c.x(op.B, n);
    const int h_exp = op.state_type.exp + fx::kStateDrop;
    const std::int64_t h = c.memory[d * op.states + n];
    const std::int64_t increment =
        fx::round_shift(bbar_q * x, op.state_type.exp - (op.bbar_type.exp + x_type.exp));
    const std::int64_t exact = abar_q * h + increment;
    const std::int64_t state = fx::scan_state(op.state_type.bits, abar_q, h, increment);

    double& error = c.state_error[d * op.states + n];
    error = abar * error +
            std::abs(abar - real(abar_q, fx::kAbarType.exp)) * std::abs(real(h, h_exp)) +
            std::abs(bbar - real(bbar_q, op.bbar_type.exp)) * std::abs(c.x(op.x, d)) +
            real(1, op.state_type.exp - 1) + std::abs(real(exact - state, op.state_type.exp));
    sum += std::abs(c.x(op.C, n)) * error;
    error += real(1, h_exp);  // storing drops less than one unit of the stored state
  }
  return sum;
}

double bound(const Gate&, const Context&, int) {
  return 0;
}
double bound(const Add&, const Context&, int) {
  return 0;
}

double bound(const Pool& op, const Context& c, int d) {
  if (op.kind == PoolKind::kFlatten) return 0;
  const double mean = real(c.memory[d] + c.golden.values[op.x][d], c.type(op.x).exp) / op.tokens;
  return std::abs(mean) * real(1, -15);  // the reciprocal's relative error
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

}  // namespace

std::vector<EdgeComparison> compare_engines(const FloatModel& model, const Program& program,
                                            const float* sample) {
  const auto differences = model_differences(model.spec, program.spec);
  if (!differences.empty()) {
    throw Error(
        fmt::format("the float model and the program differ in {}", fmt::join(differences, ", ")),
        "make the program again with `emamba quantize`");
  }
  const FloatEngine float_engine(model);
  const Golden golden(program);
  const std::string other = first_other_op(program, float_engine.program());
  if (!other.empty()) {
    throw Error(fmt::format("the program is not its spec's network: they differ at op '{}'", other),
                "make the program again with `emamba quantize`");
  }
  const Tensor<float> tokens = tokens_of(program.spec, program.normalisation, sample);
  const Tensor<std::int32_t> integers = quantise_tokens(program, tokens);

  FloatEngine::State alone = float_engine.initial();  // the float engine by itself
  FloatEngine::State local = float_engine.initial();  // its ops on golden's values
  Golden::State state = golden.initial();
  std::vector<std::vector<double>> state_error(program.ops.size());
  std::vector<EdgeComparison> edges;
  for (std::size_t e = 0; e < program.edges.size(); ++e) {
    EdgeComparison edge;
    edge.name = edge_name(program, static_cast<EdgeIndex>(e));
    edge.type = program.edges[e].type;
    edges.push_back(std::move(edge));
  }
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    state_error[i].assign(memory_size(program.ops[i]), 0.0);
  }

  const auto compare_edge = [&](std::size_t e, int t, const std::vector<double>& bounds) {
    const NumberType type = program.edges[e].type;
    const double low = real(fx::min_of(type.bits), type.exp);
    const double high = real(fx::max_of(type.bits), type.exp);
    for (int d = 0; d < program.edges[e].width; ++d) {
      const double value = real(state.values[e][d], type.exp);
      edges[e].drift = std::max(edges[e].drift, std::abs(alone.values[e][d] - value));
      const double wanted = std::clamp(double{local.values[e][d]}, low, high);
      keep_worst(edges[e], t, d, wanted, value, bounds[d] + real(1, type.exp - 1));
      local.values[e][d] = static_cast<float>(value);
    }
  };

  for (int t = 0; t < program.spec.L(); ++t) {
    const auto memory = state.memory;
    float_engine.step(alone, tokens.row(t));
    golden.step(state, integers.row(t));
    local.values[0].assign(tokens.row(t), tokens.row(t) + program.edges[0].width);
    local.token = t;
    compare_edge(0, t, std::vector<double>(program.edges[0].width, 0.0));
    for (std::size_t i = 0; i < program.ops.size(); ++i) {
      float_engine.run_op(i, local);
      const bool last = t + 1 == program.spec.L();
      if (program.edges[i + 1].per_sequence && !last) continue;
      const Context context{program, float_engine.parameters(i), state, memory[i], state_error[i],
                            t};
      std::vector<double> bounds(program.edges[i + 1].width);
      for (std::size_t d = 0; d < bounds.size(); ++d) {
        bounds[d] =
            std::visit([&](const auto& op) { return bound(op, context, static_cast<int>(d)); },
                       program.ops[i]);
      }
      compare_edge(i + 1, t, bounds);
    }
  }
  return edges;
}

}  // namespace emamba
