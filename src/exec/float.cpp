// SPDX-License-Identifier: Apache-2.0
// One short function per operation, then the walks over them. Letters of sizes are those of the
// paper.
#include "exec/float.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "base/error.h"
#include "base/overloaded.h"
#include "exec/float_kernels.h"
#include "exec/windows.h"

namespace emamba {
namespace {

constexpr auto kEpsilon = static_cast<float>(kNormEpsilon);

// What every operation sees: its parameters, the vectors on all edges, and its own memory.
struct Context {
  const FloatEngine::Parameters& p;
  const std::vector<Tensor<float>>& values;  // of each edge (rows, width)
  const std::vector<Edge>& edges;
  std::vector<float>& memory;
  const PwlCurve* curve;  // null: the exact function
  int first;              // place in the sequence of the first row
  int row = 0;            // of the vector under way

  int token() const { return first + row; }
  const float* x(EdgeIndex edge) const {
    return values[edge].data.data() + std::ptrdiff_t{row} * edges[edge].width;
  }
};

// Row of a bias with one row for all tokens, or one a token.
const float* bias_row(const std::vector<float>& bias, int rows, int width, int token) {
  return bias.data() + (rows > 1 ? token * width : 0);
}

// y = table[id] + bias
void apply(const Embed& op, const Context& c, float* y) {
  const int id = static_cast<int>(*c.x(op.x));
  if (id < 0 || id >= op.vocab) {
    throw Error(
        fmt::format("token id {} at position {}, the vocabulary has {}", id, c.token(), op.vocab));
  }
  const float* bias = bias_row(c.p.bias, op.bias_rows, op.out, c.token());
  for (int o = 0; o < op.out; ++o) y[o] = c.p.weight[id * op.out + o] + bias[o];
}

// y[o] = activation(sum_i weight[o][i] * x[i] + bias[o]), of all rows; the weight is stored
// transposed, so that the inner loop runs over contiguous outputs.
void apply_rows(const Linear& op, const Context& c, int rows, float* y) {
  for (int row = 0; row < rows; ++row) {
    float* at = y + std::ptrdiff_t{row} * op.out;
    if (op.bias_rows > 0) {
      std::copy_n(bias_row(c.p.bias, op.bias_rows, op.out, c.first + row), op.out, at);
    } else {
      std::fill_n(at, op.out, 0.0f);
    }
  }
  exact::add_products({rows, op.in, op.out, op.in, op.out, op.out}, c.x(op.x), c.p.weight.data(),
                      y);
  const std::span<float> all(y, std::size_t(rows) * std::size_t(op.out));
  if (op.activation == Activation::kRelu) {
    for (float& v : all) v = std::max(v, 0.0f);
  } else if (op.activation == Activation::kSoftplus) {
    for (float& v : all) v = std::max(v, 0.0f) + std::log1p(std::exp(-std::abs(v)));
  }
}

// y[d] = sum_k weight[d][k] * x_{t-K+1+k}[d] + bias[d]. The memory is a window of the K-1 inputs
// before this one, oldest first (K-1, width).
void apply(const DwConv& op, const Context& c, float* y) {
  const float* x = c.x(op.x);
  const int K = op.taps, width = op.width;
  for (int d = 0; d < width; ++d) {
    float sum = c.p.bias[d] + c.p.weight[d * K + K - 1] * x[d];
    for (int k = 0; k < K - 1; ++k) sum += c.p.weight[d * K + k] * c.memory[k * width + d];
    y[d] = sum;
  }
  if (K > 1) {
    std::copy(c.memory.begin() + width, c.memory.end(), c.memory.begin());
    std::copy(x, x + width, c.memory.end() - width);
  }
}

// Range:  y = gamma * (x - mean) / (max - min) + beta   (Eq. 2)
// Layer:  y = gamma * (x - mean) / sqrt(variance + eps) + beta
// RMS:    y = gamma * x / sqrt(mean of squares + eps)
// Batch:  y = gamma * (x - mean) / sqrt(variance + eps) + beta, with those of the training
void apply(const RangeNorm& op, const Context& c, float* y) {
  const float* x = c.x(op.x);
  if (op.norm == Norm::kBatch) {
    for (int d = 0; d < op.width; ++d) {
      const float scale = c.p.weight[d] / std::sqrt(c.p.variance[d] + kEpsilon);
      y[d] = (x[d] - c.p.mean[d]) * scale + c.p.bias[d];
    }
    return;
  }
  float mean = 0;
  for (int d = 0; d < op.width; ++d) mean += x[d];
  mean = op.norm == Norm::kRms ? 0.0f : mean / static_cast<float>(op.width);
  float scale;
  if (op.norm == Norm::kRange) {
    const auto [low, high] = std::minmax_element(x, x + op.width);
    scale = 1 / std::max(*high - *low, kEpsilon);
  } else {
    float squares = 0;
    for (int d = 0; d < op.width; ++d) squares += (x[d] - mean) * (x[d] - mean);
    scale = 1 / std::sqrt(squares / static_cast<float>(op.width) + kEpsilon);
  }
  for (int d = 0; d < op.width; ++d) {
    y[d] = c.p.weight[d] * (x[d] - mean) * scale + (c.p.bias.empty() ? 0.0f : c.p.bias[d]);
  }
}

// y = function(x), exact or piecewise linear
void apply(const Pwl& op, const Context& c, float* y) {
  const float* x = c.x(op.x);
  for (int d = 0; d < op.width; ++d) {
    y[d] = static_cast<float>(c.curve ? (*c.curve)(x[d]) : evaluate(op.function, x[d]));
  }
}

// h[d][n] = exp(delta[d] * A[d][n]) * h[d][n] + delta[d] * B[n] * x[d]
// y[d]    = sum_n C[n] * h[d][n] + D[d] * x[d]
void apply(const Scan& op, const Context& c, float* y) {
  const float *x = c.x(op.x), *delta = c.x(op.delta), *B = c.x(op.B), *C = c.x(op.C);
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

void apply(const Gate& op, const Context& c, float* y) {
  for (int d = 0; d < op.width; ++d) y[d] = c.x(op.x0)[d] * c.x(op.x1)[d];
}

void apply(const Add& op, const Context& c, float* y) {
  for (int d = 0; d < op.width; ++d) y[d] = c.x(op.x0)[d] + c.x(op.x1)[d];
}

// Flatten: y = (x_0, x_1, ..., x_{L-1}); mean: y = (x_0 + ... + x_{L-1}) / L. Every row is taken
// into the memory, and y is complete at the last.
void apply(const Pool& op, const Context& c, float* y) {
  const float* x = c.x(op.x);
  if (op.kind == PoolKind::kFlatten) {
    std::copy(x, x + op.width, c.memory.begin() + c.token() * op.width);
    if (c.token() + 1 == op.tokens) std::copy(c.memory.begin(), c.memory.end(), y);
  } else {
    for (int d = 0; d < op.width; ++d) {
      c.memory[d] += x[d];
      y[d] = c.memory[d] / static_cast<float>(op.tokens);
    }
  }
}

void apply(const Window& op, const Context& c, float* y) {
  fill_windows(op, c.token(), c.x(op.x), y);
}

// y[d] = max over k of x[k * width + d]
void apply(const Max& op, const Context& c, float* y) {
  find_largest(op, c.x(op.x), y);
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

// scores[t][u] = q_t . k_u over the channels of a head, of all queries and keys; keys' (width,
// tokens) are transposed.
void score(const Attention& op, int head, const Tensor<float>& queries,
           const std::vector<float>& keys, std::vector<float>& scores) {
  const int tokens = op.tokens, first = head * op.head_width();
  std::fill(scores.begin(), scores.end(), 0.0f);
  exact::add_products({tokens, op.head_width(), tokens, op.width, tokens, tokens},
                      queries.row(0) + first, keys.data() + std::ptrdiff_t{first} * tokens,
                      scores.data());
}

// p = softmax(q . k / sqrt(head width)) of every head, y = sum_u p[u] * v_u, of all queries.
void apply_rows(const Attention& op, const Context& c, float* y) {
  const int tokens = op.tokens, own = op.head_width();
  const float scale = 1 / std::sqrt(static_cast<float>(own));
  const std::vector<float> keys = transposed(c.values[op.keys]);
  const auto count = static_cast<std::size_t>(tokens);
  std::vector<float> weights(count * count), sums(count);
  std::fill_n(y, std::ptrdiff_t{tokens} * op.width, 0.0f);
  for (int head = 0; head < op.heads; ++head) {
    score(op, head, c.values[op.queries], keys, weights);
    for (int t = 0; t < tokens; ++t) {
      float* p = weights.data() + std::ptrdiff_t{t} * tokens;
      const float most = *std::max_element(p, p + tokens);
      sums[t] = 0;
      for (int u = 0; u < tokens; ++u) sums[t] += p[u] = std::exp((p[u] - most) * scale);
    }
    const int first = head * own;
    exact::add_products({tokens, tokens, own, tokens, op.width, op.width}, weights.data(),
                        c.values[op.values].row(0) + first, y + first);
    for (int t = 0; t < tokens; ++t) {
      float* mean = y + std::ptrdiff_t{t} * op.width + first;
      for (int d = 0; d < own; ++d) mean[d] /= sums[t];
    }
  }
}

// Of each operation, what the engine reads: matrices of linear operations transposed, A from its
// logarithm.
struct Prepare {
  const FloatModel& model;

  std::vector<float> get(const std::string& name) const {
    const auto it = model.parameters.find(name);
    return it == model.parameters.end() ? std::vector<float>{} : it->second.data;
  }
  FloatEngine::Parameters operator()(const Embed& op) const {
    return {.weight = get(op.name + ".table"), .bias = get(op.name + ".bias")};
  }
  FloatEngine::Parameters operator()(const Linear& op) const {
    return {.weight = transposed(model.parameters.at(op.name + ".weight")),
            .bias = get(op.name + ".bias")};
  }
  FloatEngine::Parameters operator()(const DwConv& op) const {
    return {.weight = get(op.name + ".weight"), .bias = get(op.name + ".bias")};
  }
  FloatEngine::Parameters operator()(const RangeNorm& op) const {
    return {.weight = get(op.name + ".weight"),
            .bias = get(op.name + ".bias"),
            .mean = get(op.name + ".mean"),
            .variance = get(op.name + ".variance")};
  }
  FloatEngine::Parameters operator()(const Scan& op) const {
    std::vector<float> A = get(op.name + ".A_log");
    for (float& a : A) a = -std::exp(a);
    return {.A = std::move(A), .D = get(op.name + ".D")};
  }
  FloatEngine::Parameters operator()(const Pwl&) const { return {}; }
  FloatEngine::Parameters operator()(const Gate&) const { return {}; }
  FloatEngine::Parameters operator()(const Add&) const { return {}; }
  FloatEngine::Parameters operator()(const Pool&) const { return {}; }
  FloatEngine::Parameters operator()(const Window&) const { return {}; }
  FloatEngine::Parameters operator()(const Max&) const { return {}; }
  FloatEngine::Parameters operator()(const Attention&) const { return {}; }
};

// An overflow is no answer: NaN would be taken for the first class, and for any error.
void require_finite(const std::vector<float>& answer, int width) {
  const auto bad =
      std::find_if(answer.begin(), answer.end(), [](float v) { return !std::isfinite(v); });
  if (bad == answer.end()) return;
  const auto at = static_cast<int>(bad - answer.begin());
  throw Error(fmt::format("output {} of vector {} is {}", at % width, at / width, *bad),
              "the model overflows on this input; look at the input's magnitude, or train again "
              "with a lower train.lr or a higher train.weight_decay");
}

}  // namespace

FloatEngine::FloatEngine(const FloatModel& model, FloatOptions options)
    : program_(model.network), walk_(program_), options_(std::move(options)) {
  for (const Op& op : program_.ops) {
    parameters_.push_back(std::visit(Prepare{model}, op));
    const auto curve = options_.curves.find(name_of(op));
    curves_.push_back(curve == options_.curves.end() ? std::nullopt : std::optional(curve->second));
  }
}

void FloatEngine::run_op(std::size_t index, const std::vector<Tensor<float>>& edges,
                         std::vector<float>& memory, int first, Tensor<float>& y) const {
  const Op& op = program_.ops[index];
  const std::optional<PwlCurve>& curve = curves_[index];
  Context context{parameters_[index],        edges, program_.edges, memory,
                  curve ? &*curve : nullptr, first};
  const int rows = static_cast<int>(edges[inputs_of(op)[0]].shape[0]);
  std::visit(Overloaded{[&](const Linear& o) { apply_rows(o, context, rows, y.row(0)); },
                        [&](const Attention& o) { apply_rows(o, context, y.row(0)); },
                        [&](const auto& o) {
                          for (; context.row < rows; ++context.row) {
                            apply(o, context, y.row(o.kByRow ? context.row : 0));
                          }
                        }},
             op);
}

void FloatEngine::run_op(std::size_t index, const std::vector<Tensor<float>>& edges,
                         Tensor<float>& y) const {
  std::vector<float> memory(memory_size(program_.ops[index]));
  run_op(index, edges, memory, 0, y);
}

void FloatEngine::round(EdgeIndex edge, Tensor<float>& values) const {
  const auto it = options_.rounded.find(edge);
  if (it == options_.rounded.end()) return;
  const NumberType type = it->second;
  for (float& v : values.data) {
    v = static_cast<float>(std::ldexp(static_cast<double>(fx::quantise(v, type)), type.exp));
  }
}

void FloatEngine::step(State& state, const float* token) const {
  std::vector<float> rounded(token, token + program_.edges[0].width);
  Tensor<float> vector{{1, rounded.size()}, std::move(rounded)};
  round(0, vector);
  step_state(program_, state, vector.data.data(), [&](std::size_t i, State& s, int place) {
    run_op(i, s.values, s.memory[i], place, s.values[i + 1]);
    round(static_cast<EdgeIndex>(i + 1), s.values[i + 1]);
  });
  require_finite(state.answer(), program_.edges.back().width);
}

void FloatEngine::walk(const Tensor<float>& tokens, bool keep, std::vector<Tensor<float>>& edges,
                       std::vector<std::vector<float>>& spare) const {
  const auto run = [&](std::size_t i, const auto& values, auto& y) {
    run_op(i, values, y);
    round(static_cast<EdgeIndex>(i + 1), y);
  };
  if (!options_.rounded.contains(0)) return walk_(program_, tokens, keep, edges, spare, run);
  Tensor<float> rounded = tokens;
  round(0, rounded);
  walk_(program_, rounded, keep, edges, spare, run);
}

std::vector<Tensor<float>> FloatEngine::trace(const Tensor<float>& tokens) const {
  std::vector<Tensor<float>> edges;
  std::vector<std::vector<float>> spare;
  walk(tokens, true, edges, spare);
  return edges;
}

std::vector<float> FloatEngine::run(const Tensor<float>& tokens) const {
  // Fresh memory costs more than much of the computation.
  thread_local std::vector<Tensor<float>> edges;
  thread_local std::vector<std::vector<float>> spare;
  walk(tokens, false, edges, spare);
  require_finite(edges.back().data, program_.edges.back().width);
  return edges.back().data;
}

void FloatEngine::scan_numbers(
    std::size_t index, const std::vector<Tensor<float>>& edges,
    const std::function<void(const std::vector<float>& z, const std::vector<float>& product,
                             const std::vector<float>& state)>& see) const {
  const Scan& op = std::get<Scan>(program_.ops[index]);
  const std::size_t count = memory_size(op), rows = edges[op.x].shape[0];
  const std::vector<float>& A = parameters_[index].A;
  const bool delta_x = op.order == ScanOrder::kDeltaX;
  std::vector<float> z(count), product(delta_x ? op.width : count), state(count);
  for (std::size_t t = 0; t < rows; ++t) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t d = i / op.states, n = i % op.states;
      const float delta = edges[op.delta].row(t)[d];
      z[i] = delta * A[i];
      const float B = edges[op.B].row(t)[n], x = edges[op.x].row(t)[d];
      product[delta_x ? d : i] = delta * (delta_x ? x : B);
      state[i] = std::exp(z[i]) * state[i] + delta * B * x;
    }
    see(z, product, state);
  }
}

void FloatEngine::attention_numbers(
    std::size_t index, const std::vector<Tensor<float>>& edges,
    const std::function<void(const std::vector<float>& scores)>& see) const {
  const Attention& op = std::get<Attention>(program_.ops[index]);
  const std::vector<float> keys = transposed(edges[op.keys]);
  std::vector<float> scores(std::size_t(op.tokens) * std::size_t(op.tokens));
  for (int head = 0; head < op.heads; ++head) {
    score(op, head, edges[op.queries], keys, scores);
    see(scores);
  }
}

}  // namespace emamba
