// SPDX-License-Identifier: Apache-2.0
// One short function per operation, then the loop over operations and tokens. The network they make
// up is written as formulas in ir/float_model.h; letters of sizes are in ir/spec.h.
#include "exec/float.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace emamba {
namespace {

constexpr float kEpsilon = 1e-5f;  // of the norms

// What every operation sees: its parameters, the values on all edges, and its own memory.
struct Context {
  const FloatEngine::Parameters& p;
  const std::vector<std::vector<float>>& values;  // (edges, width)
  std::vector<float>& memory;
  const PwlCurve* curve;  // null: the exact function
  int token;              // 0 .. L-1
};

// Row of a bias with one row for all tokens, or one a token.
const float* bias_row(const std::vector<float>& bias, int rows, int width, int token) {
  return bias.data() + (rows > 1 ? token * width : 0);
}

// y = table[id] + bias
void apply(const Embed& op, const Context& c, std::vector<float>& y) {
  const int id = static_cast<int>(c.values[op.x][0]);
  if (id < 0 || id >= op.vocab) {
    throw Error(
        fmt::format("token id {} at position {}, the vocabulary has {}", id, c.token, op.vocab));
  }
  const float* bias = bias_row(c.p.bias, op.bias_rows, op.out, c.token);
  for (int o = 0; o < op.out; ++o) y[o] = c.p.weight[id * op.out + o] + bias[o];
}

// y[o] = activation(sum_i weight[o][i] * x[i] + bias[o]); the weight is stored transposed, so that
// the inner loop runs over contiguous outputs.
void apply(const Linear& op, const Context& c, std::vector<float>& y) {
  const std::vector<float>& x = c.values[op.x];
  if (op.bias_rows > 0) {
    std::copy_n(bias_row(c.p.bias, op.bias_rows, op.out, c.token), op.out, y.begin());
  } else {
    std::fill(y.begin(), y.end(), 0.0f);
  }
  for (int i = 0; i < op.in; ++i) {
    const float* column = c.p.weight.data() + std::size_t(i) * op.out;
    for (int o = 0; o < op.out; ++o) y[o] += column[o] * x[i];
  }
  if (op.activation == Activation::kRelu) {
    for (float& v : y) v = std::max(v, 0.0f);
  } else if (op.activation == Activation::kSoftplus) {
    for (float& v : y) v = std::max(v, 0.0f) + std::log1p(std::exp(-std::abs(v)));
  }
}

// y[d] = sum_k weight[d][k] * x_{t-K+1+k}[d] + bias[d]. The memory is a window of the K-1 inputs
// before this one, oldest first (K-1, width).
void apply(const DwConv& op, const Context& c, std::vector<float>& y) {
  const std::vector<float>& x = c.values[op.x];
  const int K = op.taps, width = op.width;
  for (int d = 0; d < width; ++d) {
    float sum = c.p.bias[d] + c.p.weight[d * K + K - 1] * x[d];
    for (int k = 0; k < K - 1; ++k) sum += c.p.weight[d * K + k] * c.memory[k * width + d];
    y[d] = sum;
  }
  if (K > 1) {
    std::copy(c.memory.begin() + width, c.memory.end(), c.memory.begin());
    std::copy(x.begin(), x.end(), c.memory.end() - width);
  }
}

// Range:  y = gamma * (x - mean) / (max - min) + beta   (Eq. 2)
// Layer:  y = gamma * (x - mean) / sqrt(variance + eps) + beta
// RMS:    y = gamma * x / sqrt(mean of squares + eps)
void apply(const RangeNorm& op, const Context& c, std::vector<float>& y) {
  const std::vector<float>& x = c.values[op.x];
  float mean = 0;
  for (float v : x) mean += v;
  mean = op.norm == Norm::kRms ? 0.0f : mean / static_cast<float>(op.width);
  float scale;
  if (op.norm == Norm::kRange) {
    const auto [low, high] = std::minmax_element(x.begin(), x.end());
    scale = 1 / std::max(*high - *low, kEpsilon);
  } else {
    float squares = 0;
    for (float v : x) squares += (v - mean) * (v - mean);
    scale = 1 / std::sqrt(squares / static_cast<float>(op.width) + kEpsilon);
  }
  for (int d = 0; d < op.width; ++d) {
    y[d] = c.p.weight[d] * (x[d] - mean) * scale + (c.p.bias.empty() ? 0.0f : c.p.bias[d]);
  }
}

// y = SiLU(x), exact or piecewise linear
void apply(const Pwl& op, const Context& c, std::vector<float>& y) {
  const std::vector<float>& x = c.values[op.x];
  for (int d = 0; d < op.width; ++d) {
    y[d] = static_cast<float>(c.curve ? (*c.curve)(x[d]) : silu(x[d]));
  }
}

// h[d][n] = exp(delta[d] * A[d][n]) * h[d][n] + delta[d] * B[n] * x[d]
// y[d]    = sum_n C[n] * h[d][n] + D[d] * x[d]
void apply(const Scan& op, const Context& c, std::vector<float>& y) {
  const std::vector<float>&x = c.values[op.x], &delta = c.values[op.delta];
  const std::vector<float>&B = c.values[op.B], &C = c.values[op.C];
  const int N = op.states;
  for (int d = 0; d < op.width; ++d) {
    float* h = c.memory.data() + d * N;
    const float* A = c.p.A.data() + d * N;
    float sum = c.p.D[d] * x[d];
    for (int n = 0; n < N; ++n) {
      const float z = delta[d] * A[n];
      const float Abar = c.curve ? static_cast<float>((*c.curve)(z)) : std::exp(z);
      h[n] = Abar * h[n] + delta[d] * B[n] * x[d];
      sum += C[n] * h[n];
    }
    y[d] = sum;
  }
}

void apply(const Gate& op, const Context& c, std::vector<float>& y) {
  for (int d = 0; d < op.width; ++d) y[d] = c.values[op.x0][d] * c.values[op.x1][d];
}

void apply(const Add& op, const Context& c, std::vector<float>& y) {
  for (int d = 0; d < op.width; ++d) y[d] = c.values[op.x0][d] + c.values[op.x1][d];
}

// Flatten: y = (x_0, x_1, ..., x_{L-1}); mean: y = (x_0 + ... + x_{L-1}) / L. Complete at the last
// token.
void apply(const Pool& op, const Context& c, std::vector<float>& y) {
  const std::vector<float>& x = c.values[op.x];
  if (op.kind == PoolKind::kFlatten) {
    std::copy(x.begin(), x.end(), c.memory.begin() + c.token * op.width);
    if (c.token + 1 == op.tokens) y = c.memory;
  } else {
    for (int d = 0; d < op.width; ++d) {
      c.memory[d] += x[d];
      y[d] = c.memory[d] / static_cast<float>(op.tokens);
    }
  }
}

// (rows, columns) -> (columns, rows)
std::vector<float> transposed(const Tensor<float>& matrix) {
  const std::size_t rows = matrix.shape[0], columns = matrix.shape[1];
  std::vector<float> result(matrix.size());
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) result[c * rows + r] = matrix.data[r * columns + c];
  }
  return result;
}

FloatEngine::Parameters parameters_of(const FloatModel& model, const Op& op) {
  const auto get = [&](const std::string& suffix) {
    const auto it = model.parameters.find(name_of(op) + suffix);
    return it == model.parameters.end() ? Tensor<float>{} : it->second;
  };
  FloatEngine::Parameters p;
  p.bias = get(".bias").data;
  if (std::holds_alternative<Linear>(op)) {
    p.weight = transposed(get(".weight"));
  } else if (std::holds_alternative<Embed>(op)) {
    p.weight = get(".table").data;
  } else if (std::holds_alternative<Scan>(op)) {
    p.A = get(".A_log").data;
    for (float& a : p.A) a = -std::exp(a);
    p.D = get(".D").data;
  } else {
    p.weight = get(".weight").data;
  }
  return p;
}

}  // namespace

FloatEngine::FloatEngine(const FloatModel& model, FloatOptions options)
    : program_(lower(model.spec)), options_(std::move(options)) {
  program_.normalisation = model.normalisation;
  for (const Op& op : program_.ops) {
    parameters_.push_back(parameters_of(model, op));
    const auto curve = options_.curves.find(name_of(op));
    curves_.push_back(curve == options_.curves.end() ? nullptr : &curve->second);
  }
}

void FloatEngine::run_op(std::size_t index, State& state) const {
  const Context context{parameters_[index], state.values, state.memory[index], curves_[index],
                        state.token};
  std::vector<float>& y = state.values[index + 1];
  std::visit([&](const auto& op) { apply(op, context, y); }, program_.ops[index]);
}

void FloatEngine::step(State& state, const float* token) const {
  const int L = program_.spec.L();
  if (state.token >= L) {
    throw Error(fmt::format("the sequence is complete after {} tokens", L),
                "start the next one from initial()");
  }
  const auto round_edge = [&](EdgeIndex edge) {
    const auto it = options_.rounded.find(edge);
    if (it == options_.rounded.end()) return;
    const NumberType type = it->second;
    for (float& v : state.values[edge]) {
      v = static_cast<float>(std::ldexp(static_cast<double>(fx::quantise(v, type)), type.exp));
    }
  };
  state.values[0].assign(token, token + program_.edges[0].width);
  round_edge(0);
  const bool last = state.token == L - 1;
  for (std::size_t i = 0; i < program_.ops.size(); ++i) {
    // Behind the pooling, vectors exist at the last token only; the pooling itself sees every
    // token.
    const bool pool = std::holds_alternative<Pool>(program_.ops[i]);
    if (program_.edges[i + 1].per_sequence && !pool && !last) continue;
    run_op(i, state);
    round_edge(static_cast<EdgeIndex>(i + 1));
  }
  ++state.token;
}

std::vector<float> FloatEngine::run(const Tensor<float>& tokens) const {
  State state = initial();
  for (int t = 0; t < program_.spec.L(); ++t) step(state, tokens.row(t));
  return state.values.back();
}

}  // namespace emamba
