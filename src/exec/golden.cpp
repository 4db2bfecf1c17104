// SPDX-License-Identifier: Apache-2.0
// One short function per operation, then the loop over operations and tokens. Sections are those of
// docs/arithmetic.md, which says the same in formulas.
#include "exec/golden.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "fx/mean.h"
#include "fx/range_norm.h"
#include "fx/scan.h"

namespace emamba {
namespace {

using fx::requantise;
using fx::round_shift;

// What every operation sees: the values and types of all edges, its own memory, and the type and
// accumulator width of its result.
struct Context {
  const std::vector<Edge>& edges;
  const std::vector<std::vector<std::int32_t>>& values;  // (edges, width)
  std::vector<std::int32_t>& memory;
  NumberType y;
  int accumulator_bits;
  const std::string& name;
  int token;  // 0 .. L-1

  NumberType type(EdgeIndex edge) const { return edges[edge].type; }
  std::int32_t requantised(std::int64_t acc, int exp) const {
    return static_cast<std::int32_t>(requantise(checked(acc), exp, y));
  }
  // The accumulator, which must lie in its proved width (section 12).
  std::int64_t checked(std::int64_t acc) const {
    if (!fx::fits(accumulator_bits, acc)) {
      throw Error(fmt::format("{}: accumulator {} leaves its {} bits at token {}", name, acc,
                              accumulator_bits, token),
                  "a defect of the width proof; please report it", ErrorKind::kDefect);
    }
    return acc;
  }
};

// Row of a bias with one row for all tokens, or one a token.
const std::int32_t* bias_row(const Tensor<std::int32_t>& bias, int token) {
  return bias.row(bias.shape[0] > 1 ? token : 0);
}

// Section 5: acc = table[id] + bias
void apply(const Embed& op, const Context& c, std::vector<std::int32_t>& y) {
  const std::int32_t id = c.values[op.x][0];
  if (id < 0 || id >= op.vocab) {
    throw Error(
        fmt::format("token id {} at position {}, the vocabulary has {}", id, c.token, op.vocab));
  }
  const std::int32_t* bias = bias_row(op.bias, c.token);
  for (int o = 0; o < op.out; ++o) {
    y[o] = c.requantised(std::int64_t{op.table.row(id)[o]} + bias[o], op.table_type.exp);
  }
}

// Section 5: acc[o] = sum_i weight[o][i] * x[i] + bias[o], ReLU on the accumulator, whose exponent
// is the channel's
void apply(const Linear& op, const Context& c, std::vector<std::int32_t>& y) {
  const std::int32_t* x = c.values[op.x].data();
  const int x_exp = c.type(op.x).exp;
  const std::int32_t* bias = op.bias_rows > 0 ? bias_row(op.bias, c.token) : nullptr;
  for (int o = 0; o < op.out; ++o) {
    const std::int8_t* weight = op.weight.row(o);
    std::int64_t acc = bias ? bias[o] : 0;
    for (int i = 0; i < op.in; ++i) acc += std::int64_t{weight[i]} * x[i];
    if (op.activation == Activation::kRelu) acc = std::max(acc, std::int64_t{0});
    y[o] = c.requantised(acc, channel_type(op, o).exp + x_exp);
  }
}

// Section 5: acc[d] = sum_k weight[d][k] * x_{t-K+1+k}[d] + bias[d]. The memory is a window of the
// K-1 inputs before this one, oldest first (K-1, width).
void apply(const DwConv& op, const Context& c, std::vector<std::int32_t>& y) {
  const std::vector<std::int32_t>& x = c.values[op.x];
  const int K = op.taps, width = op.width, x_exp = c.type(op.x).exp;
  for (int d = 0; d < width; ++d) {
    const std::int8_t* weight = op.weight.row(d);
    std::int64_t acc = op.bias.data[d] + std::int64_t{weight[K - 1]} * x[d];
    for (int k = 0; k < K - 1; ++k) acc += std::int64_t{weight[k]} * c.memory[k * width + d];
    y[d] = c.requantised(acc, channel_type(op, d).exp + x_exp);
  }
  if (K > 1) {
    std::copy(c.memory.begin() + width, c.memory.end(), c.memory.begin());
    std::copy(x.begin(), x.end(), c.memory.end() - width);
  }
}

// Section 6: ratio[d] = (width * x[d] - sum) / (width * (max - min)), acc = weight * ratio + bias
void apply(const RangeNorm& op, const Context& c, std::vector<std::int32_t>& y) {
  const std::vector<std::int32_t>& x = c.values[op.x];
  std::int64_t sum = 0;
  for (std::int32_t v : x) sum += v;
  const auto [low, high] = std::minmax_element(x.begin(), x.end());
  const std::int64_t reciprocal = fx::norm_reciprocal(op.width, *high - *low);
  const int exp = op.weight_type.exp - fx::kRatioFraction;
  for (int d = 0; d < op.width; ++d) {
    const std::int64_t ratio = fx::norm_ratio(op.width, x[d], sum, reciprocal);
    y[d] = c.requantised(op.weight.data[d] * ratio + op.bias.data[d], exp);
  }
}

// Section 7: acc = slope * x + intercept on the line that x falls on
void apply(const Pwl& op, const Context& c, std::vector<std::int32_t>& y) {
  for (int d = 0; d < op.width; ++d) {
    y[d] = static_cast<std::int32_t>(fx::pwl(op.table, c.values[op.x][d], c.type(op.x).exp, c.y));
  }
}

// Section 8, for every channel d and state n:
//   z     = delta[d] * A[d][n]                as z_type
//   abar  = exp(z)                            as kAbarType
//   bbar  = delta[d] * B[n]                   as bbar_type
//   state = abar * h[d][n] + bbar * x[d]      as state_type, the product aligned to it
//   acc   = sum_n C[n] * state + D[d] * x[d]  the skip aligned to the sum
//   h[d][n] = state >> 7
void apply(const Scan& op, const Context& c, std::vector<std::int32_t>& y) {
  const std::vector<std::int32_t>&x = c.values[op.x], &delta = c.values[op.delta];
  const std::vector<std::int32_t>&B = c.values[op.B], &C = c.values[op.C];
  const NumberType x_type = c.type(op.x), delta_type = c.type(op.delta);
  const int z_exp = delta_type.exp + op.A_type.exp;
  const int bbar_exp = delta_type.exp + c.type(op.B).exp;
  const int increment_shift = op.state_type.exp - (op.bbar_type.exp + x_type.exp);
  const int acc_exp = c.type(op.C).exp + op.state_type.exp;
  const int skip_shift = acc_exp - (op.D_type.exp + x_type.exp);
  for (int d = 0; d < op.width; ++d) {
    std::int32_t* h = c.memory.data() + d * op.states;
    std::int64_t acc = round_shift(std::int64_t{op.D.data[d]} * x[d], skip_shift);
    for (int n = 0; n < op.states; ++n) {
      const std::int64_t A = op.A.row(d)[n];
      const std::int64_t z = requantise(delta[d] * A, z_exp, op.z_type);
      const std::int64_t abar = fx::scan_abar(op.exp, z, op.z_type.exp);
      const std::int64_t bbar = requantise(std::int64_t{delta[d]} * B[n], bbar_exp, op.bbar_type);
      const std::int64_t increment = round_shift(bbar * x[d], increment_shift);
      const std::int64_t state = fx::scan_state(op.state_type.bits, abar, h[n], increment);
      acc += C[n] * state;
      h[n] = static_cast<std::int32_t>(fx::scan_store(state));
    }
    y[d] = c.requantised(acc, acc_exp);
  }
}

// Section 9: acc = x0 * x1
void apply(const Gate& op, const Context& c, std::vector<std::int32_t>& y) {
  const int exp = c.type(op.x0).exp + c.type(op.x1).exp;
  for (int d = 0; d < op.width; ++d) {
    y[d] = c.requantised(std::int64_t{c.values[op.x0][d]} * c.values[op.x1][d], exp);
  }
}

// Section 10: both operands shifted left to the smaller exponent, and added
void apply(const Add& op, const Context& c, std::vector<std::int32_t>& y) {
  const int e0 = c.type(op.x0).exp, e1 = c.type(op.x1).exp, exp = std::min(e0, e1);
  for (int d = 0; d < op.width; ++d) {
    y[d] = c.requantised(
        round_shift(c.values[op.x0][d], exp - e0) + round_shift(c.values[op.x1][d], exp - e1), exp);
  }
}

// Section 11: flatten copies; mean: acc = sum_t x_t, times the reciprocal of L. Complete at the
// last token.
void apply(const Pool& op, const Context& c, std::vector<std::int32_t>& y) {
  const std::vector<std::int32_t>& x = c.values[op.x];
  if (op.kind == PoolKind::kFlatten) {
    std::copy(x.begin(), x.end(), c.memory.begin() + c.token * op.width);
    if (c.token + 1 == op.tokens) y = c.memory;
    return;
  }
  const int exp = c.type(op.x).exp - fx::mean_fraction(op.tokens);
  for (int d = 0; d < op.width; ++d) {
    c.memory[d] += x[d];
    const std::int64_t mean = c.checked(c.memory[d]) * fx::mean_reciprocal(op.tokens);
    y[d] = static_cast<std::int32_t>(requantise(mean, exp, c.y));
  }
}

}  // namespace

Golden::Golden(Program program) : program_(std::move(program)) {
  validate(program_, "program");
  for (const Op& op : program_.ops) {
    accumulator_bits_.push_back(emamba::accumulator_bits(program_, op));
  }
}

void Golden::run_op(std::size_t index, State& state) const {
  const Op& op = program_.ops[index];
  const NumberType y = program_.edges[index + 1].type;
  const Context context{program_.edges,           state.values, state.memory[index], y,
                        accumulator_bits_[index], name_of(op),  state.token};
  std::visit([&](const auto& o) { apply(o, context, state.values[index + 1]); }, op);
}

void Golden::step(State& state, const std::int32_t* token) const {
  const int L = program_.spec.L();
  if (state.token >= L) {
    throw Error(fmt::format("the sequence is complete after {} tokens", L),
                "start the next one from initial()");
  }
  state.values[0].assign(token, token + program_.edges[0].width);
  const bool last = state.token == L - 1;
  for (std::size_t i = 0; i < program_.ops.size(); ++i) {
    // Behind the pooling, vectors exist at the last token only; the pooling itself sees every
    // token.
    const bool pool = std::holds_alternative<Pool>(program_.ops[i]);
    if (!program_.edges[i + 1].per_sequence || pool || last) run_op(i, state);
  }
  ++state.token;
}

std::vector<std::int32_t> Golden::run(const Tensor<std::int32_t>& tokens) const {
  State state = initial();
  for (int t = 0; t < program_.spec.L(); ++t) step(state, tokens.row(t));
  return state.values.back();
}

Tensor<std::int32_t> quantise_tokens(const Program& program, const Tensor<float>& tokens) {
  Tensor<std::int32_t> result{tokens.shape, std::vector<std::int32_t>(tokens.size())};
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::int64_t q = fx::quantise(tokens.data[i], program.edges[0].type);
    result.data[i] = static_cast<std::int32_t>(q);
  }
  return result;
}

}  // namespace emamba
