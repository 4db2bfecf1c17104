// SPDX-License-Identifier: Apache-2.0
// One short function per operation, then the walks over them. Sections are those of
// docs/arithmetic.md, which says the same in formulas.
#include "exec/golden.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "exec/windows.h"
#include "fx/attention.h"
#include "fx/layer_norm.h"
#include "fx/mean.h"
#include "fx/scan.h"

namespace emamba {
namespace {

using fx::requantise;
using fx::round_shift;

// What every operation sees: the vectors on all edges and their types, its own memory, and the type
// and accumulator width of its result.
struct Context {
  const std::vector<Edge>& edges;
  const std::vector<Tensor<std::int32_t>>& values;  // of each edge (rows, width)
  std::vector<std::int32_t>& memory;
  NumberType y;
  int accumulator_bits;
  const std::string& name;
  int first;    // place in the sequence of the first row
  int row = 0;  // of the vector under way

  int token() const { return first + row; }
  const std::int32_t* x(EdgeIndex edge) const {
    return values[edge].data.data() + std::ptrdiff_t{row} * edges[edge].width;
  }
  NumberType type(EdgeIndex edge) const { return edges[edge].type; }
  std::int32_t requantised(std::int64_t acc, int exp) const {
    return static_cast<std::int32_t>(requantise(checked(acc), exp, y));
  }
  // The accumulator, which must lie in its proved width (section 12).
  std::int64_t checked(std::int64_t acc) const {
    if (!fx::fits(accumulator_bits, acc)) {
      throw Error(fmt::format("{}: accumulator {} leaves its {} bits at token {}", name, acc,
                              accumulator_bits, token()),
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
void apply(const Embed& op, const Context& c, std::int32_t* y) {
  const std::int32_t id = *c.x(op.x);
  if (id < 0 || id >= op.vocab) {
    throw Error(
        fmt::format("token id {} at position {}, the vocabulary has {}", id, c.token(), op.vocab));
  }
  const std::int32_t* bias = bias_row(op.bias, c.token());
  for (int o = 0; o < op.out; ++o) {
    y[o] = c.requantised(std::int64_t{op.table.row(id)[o]} + bias[o], op.table_type.exp);
  }
}

// Section 5: acc[o] = sum_i weight[o][i] * x[i] + bias[o], ReLU on the accumulator, whose exponent
// is the channel's
void apply(const Linear& op, const Context& c, std::int32_t* y) {
  const std::int32_t* x = c.x(op.x);
  const int x_exp = c.type(op.x).exp;
  const std::int32_t* bias = op.bias_rows > 0 ? bias_row(op.bias, c.token()) : nullptr;
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
void apply(const DwConv& op, const Context& c, std::int32_t* y) {
  const std::int32_t* x = c.x(op.x);
  const int K = op.taps, width = op.width, x_exp = c.type(op.x).exp;
  for (int d = 0; d < width; ++d) {
    const std::int8_t* weight = op.weight.row(d);
    std::int64_t acc = op.bias.data[d] + std::int64_t{weight[K - 1]} * x[d];
    for (int k = 0; k < K - 1; ++k) acc += std::int64_t{weight[k]} * c.memory[k * width + d];
    y[d] = c.requantised(acc, channel_type(op, d).exp + x_exp);
  }
  if (K > 1) {
    std::copy(c.memory.begin() + width, c.memory.end(), c.memory.begin());
    std::copy(x, x + width, c.memory.end() - width);
  }
}

// Section 6: ratio[d] = (width * x[d] - sum) / (width * (max - min)), acc = weight * ratio + bias;
// of layer norm section 15, with the deviation for the range
void apply(const RangeNorm& op, const Context& c, std::int32_t* y) {
  const std::int32_t* x = c.x(op.x);
  std::int64_t sum = 0;
  for (int d = 0; d < op.width; ++d) sum += x[d];
  std::int64_t reciprocal;
  if (op.norm == Norm::kLayer) {
    std::int64_t squares = 0;
    for (int d = 0; d < op.width; ++d) squares += std::int64_t{x[d]} * x[d];
    reciprocal = fx::layer_reciprocal(op.width, fx::scaled_variance(op.width, sum, squares));
  } else {
    const auto [low, high] = std::minmax_element(x, x + op.width);
    reciprocal = fx::norm_reciprocal(op.width, *high - *low);
  }
  const int fraction = ratio_fraction(op), exp = op.weight_type.exp - fraction;
  for (int d = 0; d < op.width; ++d) {
    const std::int64_t ratio = fx::norm_ratio(op.width, x[d], sum, reciprocal, fraction);
    y[d] = c.requantised(op.weight.data[d] * ratio + op.bias.data[d], exp);
  }
}

// Section 7: by the line that x falls on, or by its entry in a table
void apply(const Pwl& op, const Context& c, std::int32_t* y) {
  for (int d = 0; d < op.width; ++d) {
    y[d] = static_cast<std::int32_t>(fx::apply(op.table, c.x(op.x)[d], c.type(op.x), c.y));
  }
}

// Section 8, for every channel d and state n:
//   z     = delta[d] * A[d][n]                as z_type
//   abar  = exp(z)                            as kAbarType
//   bbar  = delta[d] * B[n]                   as product_type, or
//   u     = delta[d] * x[d]                   as product_type
//   state = abar * h[d][n] + bbar * x[d]      as state_type, the product aligned to it; or u * B[n]
//   acc   = sum_n C[n] * state + D[d] * x[d]  the skip aligned to the sum
//   h[d][n] = state >> 7
void apply(const Scan& op, const Context& c, std::int32_t* y) {
  const std::int32_t *x = c.x(op.x), *delta = c.x(op.delta), *B = c.x(op.B), *C = c.x(op.C);
  const NumberType x_type = c.type(op.x), delta_type = c.type(op.delta);
  const int z_exp = delta_type.exp + op.A_type.exp;
  const bool delta_x = op.order == ScanOrder::kDeltaX;
  const ScanProduct product = product_of(op);
  const int product_exp = delta_type.exp + c.type(product.first).exp;
  const int increment_shift =
      op.state_type.exp - (op.product_type.exp + c.type(product.second).exp);
  const int acc_exp = c.type(op.C).exp + op.state_type.exp;
  const int skip_shift = acc_exp - (op.D_type.exp + x_type.exp);
  for (int d = 0; d < op.width; ++d) {
    std::int32_t* h = c.memory.data() + d * op.states;
    std::int64_t acc = round_shift(std::int64_t{op.D.data[d]} * x[d], skip_shift);
    for (int n = 0; n < op.states; ++n) {
      const std::int64_t A = op.A.row(d)[n];
      const std::int64_t z = requantise(delta[d] * A, z_exp, op.z_type);
      const std::int64_t abar = fx::scan_abar(op.exp, z, op.z_type);
      const std::int64_t first = delta_x ? x[d] : B[n], second = delta_x ? B[n] : x[d];
      const std::int64_t rounded = requantise(delta[d] * first, product_exp, op.product_type);
      const std::int64_t increment = round_shift(rounded * second, increment_shift);
      const std::int64_t state = fx::scan_state(op.state_type.bits, abar, h[n], increment);
      acc += C[n] * state;
      h[n] = static_cast<std::int32_t>(fx::scan_store(state));
    }
    y[d] = c.requantised(acc, acc_exp);
  }
}

// Section 9: acc = x0 * x1
void apply(const Gate& op, const Context& c, std::int32_t* y) {
  const std::int32_t *x0 = c.x(op.x0), *x1 = c.x(op.x1);
  const int exp = c.type(op.x0).exp + c.type(op.x1).exp;
  for (int d = 0; d < op.width; ++d) y[d] = c.requantised(std::int64_t{x0[d]} * x1[d], exp);
}

// Section 10: both operands shifted left to the smaller exponent, and added
void apply(const Add& op, const Context& c, std::int32_t* y) {
  const std::int32_t *x0 = c.x(op.x0), *x1 = c.x(op.x1);
  const int e0 = c.type(op.x0).exp, e1 = c.type(op.x1).exp, exp = std::min(e0, e1);
  for (int d = 0; d < op.width; ++d) {
    y[d] = c.requantised(round_shift(x0[d], exp - e0) + round_shift(x1[d], exp - e1), exp);
  }
}

// Section 11: flatten copies; mean: acc = sum_t x_t, times the reciprocal of L. Every row is taken
// into the memory, and y is complete at the last.
void apply(const Pool& op, const Context& c, std::int32_t* y) {
  const std::int32_t* x = c.x(op.x);
  if (op.kind == PoolKind::kFlatten) {
    std::copy(x, x + op.width, c.memory.begin() + c.token() * op.width);
    if (c.token() + 1 == op.tokens) std::copy(c.memory.begin(), c.memory.end(), y);
    return;
  }
  const int exp = c.type(op.x).exp - fx::mean_fraction(op.tokens);
  for (int d = 0; d < op.width; ++d) {
    c.memory[d] += x[d];
    const std::int64_t mean = c.checked(c.memory[d]) * fx::mean_reciprocal(op.tokens);
    y[d] = static_cast<std::int32_t>(requantise(mean, exp, c.y));
  }
}

// Section 14: every vector goes to all windows that it stands in. y is all of them.
void apply(const Window& op, const Context& c, std::int32_t* y) {
  fill_windows(op, c.token(), c.x(op.x), y);
}

// Section 14
void apply(const Max& op, const Context& c, std::int32_t* y) {
  find_largest(op, c.x(op.x), y);
}

// Section 15, for every head, with sums over its channels and all keys u:
//   score[u] = q . k_u                          as score_type
//   weight[u] = weights[max score - score[u]]
//   y[d]     = (sum_u weight[u] * v_u[d]) / (sum_u weight[u])
// y is the matrix of all queries' answers.
void apply(const Attention& op, const Context& c, std::int32_t* y) {
  const std::int32_t* q = c.x(op.queries);
  const auto &keys = c.values[op.keys], &values = c.values[op.values];
  const int score_exp = c.type(op.queries).exp + c.type(op.keys).exp;
  const int fraction = fx::weight_sum_fraction(op.tokens);
  std::vector<std::int64_t> score(std::size_t(op.tokens));
  for (int first = 0; first < op.width; first += op.head_width()) {
    const int end = first + op.head_width();
    for (int u = 0; u < op.tokens; ++u) {
      std::int64_t sum = 0;
      for (int d = first; d < end; ++d) sum += std::int64_t{q[d]} * keys.row(u)[d];
      score[u] = requantise(sum, score_exp, op.score_type);
    }
    const std::int64_t most = *std::max_element(score.begin(), score.end());
    std::int64_t all = 0;
    for (std::int64_t& s : score) all += s = op.weights[most - s];
    const std::int64_t reciprocal = fx::reciprocal(all, fraction);
    for (int d = first; d < end; ++d) {
      std::int64_t acc = 0;
      for (int u = 0; u < op.tokens; ++u) acc += score[u] * values.row(u)[d];
      y[c.row * op.width + d] = static_cast<std::int32_t>(
          requantise(c.checked(acc) * reciprocal, c.type(op.values).exp - fraction, c.y));
    }
  }
}

}  // namespace

Golden::Golden(Program program) : program_(std::move(program)), walk_(program_) {
  validate(program_, "program");
  for (const Op& op : program_.ops) {
    accumulator_bits_.push_back(emamba::accumulator_bits(program_, op));
  }
}

void Golden::run_op(std::size_t index, const std::vector<Tensor<std::int32_t>>& edges,
                    std::vector<std::int32_t>& memory, int first, Tensor<std::int32_t>& y) const {
  const Op& op = program_.ops[index];
  Context context{program_.edges,           edges,       memory, program_.edges[index + 1].type,
                  accumulator_bits_[index], name_of(op), first};
  const int rows = static_cast<int>(edges[inputs_of(op)[0]].shape[0]);
  std::visit(
      [&](const auto& o) {
        for (; context.row < rows; ++context.row) {
          apply(o, context, y.row(o.kByRow ? context.row : 0));
        }
      },
      op);
}

void Golden::run_op(std::size_t index, const std::vector<Tensor<std::int32_t>>& edges,
                    Tensor<std::int32_t>& y) const {
  std::vector<std::int32_t> memory(memory_size(program_.ops[index]));
  run_op(index, edges, memory, 0, y);
}

void Golden::step(State& state, const std::int32_t* token) const {
  step_state(program_, state, token, [&](std::size_t i, State& s, int place) {
    run_op(i, s.values, s.memory[i], place, s.values[i + 1]);
  });
}

std::vector<Tensor<std::int32_t>> Golden::trace(const Tensor<std::int32_t>& tokens) const {
  std::vector<Tensor<std::int32_t>> edges;
  std::vector<std::vector<std::int32_t>> spare;
  walk_(program_, tokens, true, edges, spare,
        [&](std::size_t i, const auto& values, auto& y) { run_op(i, values, y); });
  return edges;
}

std::vector<std::int32_t> Golden::run(const Tensor<std::int32_t>& tokens) const {
  std::vector<Tensor<std::int32_t>> edges;
  std::vector<std::vector<std::int32_t>> spare;
  walk_(program_, tokens, false, edges, spare,
        [&](std::size_t i, const auto& values, auto& y) { run_op(i, values, y); });
  return std::move(edges.back().data);
}

}  // namespace emamba
