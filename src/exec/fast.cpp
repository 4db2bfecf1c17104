// SPDX-License-Identifier: Apache-2.0
// What each kernel needs is prepared once: weights in the order it reads them, tables, shifts. An
// operation whose numbers could leave the kernel's 32 bits gets none.
#include "exec/fast.h"

#include <algorithm>
#include <limits>

#include "exec/fast_kernels.h"
#include "exec/windows.h"
#include "fx/attention.h"
#include "fx/scan.h"

namespace emamba {
namespace {

using Vectors = Tensor<std::int32_t>;  // (rows, width)
using Edges = std::vector<Vectors>;
using Kernel = std::function<void(const Edges& edges, Vectors& y)>;

constexpr int kNarrowBits = 31;  // of the kernels' accumulators

int rows_of(const Vectors& vectors) {
  return static_cast<int>(vectors.shape[0]);
}
int count_of(const Vectors& vectors) {
  return static_cast<int>(vectors.size());
}

// The next multiple of 16.
int padded(int width) {
  return (width + 15) / 16 * 16;
}

// (columns, rows) of an integer matrix (rows, columns).
std::vector<std::int32_t> transposed(const Tensor<std::int8_t>& matrix) {
  const std::size_t rows = matrix.shape[0], columns = matrix.shape[1];
  std::vector<std::int32_t> result(matrix.size());
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) result[c * rows + r] = matrix.row(r)[c];
  }
  return result;
}

// The kernel of an operation, if it has one that fits.
struct Prepare {
  const Program& program;
  NumberType y;
  int accumulator_bits;

  NumberType type(EdgeIndex edge) const { return program.edges[edge].type; }
  // From an accumulator's exponent to `to`.
  static fast::Narrow narrow(int acc_exp, NumberType to) {
    return {to.exp - acc_exp, static_cast<std::int32_t>(fx::min_of(to.bits)),
            static_cast<std::int32_t>(fx::max_of(to.bits))};
  }
  static bool fits(const fast::Narrow& narrow) { return narrow.shift >= 0 && narrow.shift <= 31; }
  bool fits() const { return accumulator_bits <= kNarrowBits; }

  // Of Linear and DwConv: the shift of every output channel; none if one does not fit.
  template <class AnyOp>
  std::vector<std::int32_t> channel_shifts(const AnyOp& op, int channels) const {
    std::vector<std::int32_t> shifts;
    for (int o = 0; o < channels; ++o) {
      const fast::Narrow to = narrow(channel_type(op, o).exp + type(op.x).exp, y);
      if (!fits(to)) return {};
      shifts.push_back(to.shift);
    }
    return shifts;
  }

  Kernel operator()(const Linear& op) const {
    std::vector<std::int32_t> shift = channel_shifts(op, op.out);
    if (!fits() || shift.empty() || type(op.x).bits > 16) return {};
    const int in = padded(op.in);
    std::vector<std::int16_t> weight(std::size_t(op.out) * in);
    for (int o = 0; o < op.out; ++o) {
      std::copy_n(op.weight.row(o), op.in, weight.begin() + std::ptrdiff_t{o} * in);
    }
    // Without biases, of 0. One row of them is used by all tokens; behind the pooling there is one.
    std::vector<std::int32_t> bias =
        op.bias_rows > 0 ? op.bias.data : std::vector<std::int32_t>(op.out);
    return [=, edge = op.x, width = op.in, out = op.out, range = narrow(0, y),
            stride = op.bias_rows > 1 ? op.out : 0,
            relu = op.activation == Activation::kRelu](const Edges& edges, Vectors& result) {
      const Vectors& x = edges[edge];
      const int rows = rows_of(x);
      std::vector<std::int16_t> x16(std::size_t(rows) * in);
      for (int r = 0; r < rows; ++r) {
        std::transform(x.row(r), x.row(r) + width, x16.begin() + std::ptrdiff_t{r} * in,
                       [](std::int32_t v) { return static_cast<std::int16_t>(v); });
      }
      fast::linear({rows, in, out, stride, relu}, x16.data(), weight.data(), bias.data(),
                   shift.data(), range, result.data.data());
    };
  }

  Kernel operator()(const DwConv& op) const {
    std::vector<std::int32_t> shift = channel_shifts(op, op.width);
    if (!fits() || shift.empty()) return {};
    return [=, edge = op.x, width = op.width, taps = op.taps, weight = transposed(op.weight),
            bias = op.bias.data, range = narrow(0, y)](const Edges& edges, Vectors& result) {
      const Vectors& x = edges[edge];
      fast::conv({rows_of(x), width, taps}, x.data.data(), weight.data(), bias.data(), shift.data(),
                 range, result.data.data());
    };
  }

  Kernel operator()(const Pwl& op) const {
    const NumberType x_type = type(op.x);
    if (x_type.bits > 8) return {};
    return [table = fx::tabulate(op.table, x_type, y), edge = op.x,
            lowest = static_cast<std::int32_t>(fx::min_of(x_type.bits))](const Edges& edges,
                                                                         Vectors& result) {
      const Vectors& x = edges[edge];
      fast::look_up(count_of(x), x.data.data(), table.data(), lowest, result.data.data());
    };
  }

  Kernel operator()(const Scan& op) const {
    const NumberType x = type(op.x), delta = type(op.delta), B = type(op.B), C = type(op.C);
    fast::ScanConstants c{};
    c.width = op.width, c.states = op.states;
    c.z = narrow(delta.exp + op.A_type.exp, op.z_type);
    c.delta_x = op.order == ScanOrder::kDeltaX;
    const ScanProduct product = product_of(op);
    c.product = narrow(delta.exp + type(product.first).exp, op.product_type);
    const int shift = op.state_type.exp - (op.product_type.exp + type(product.second).exp);
    c.increment_left = std::max(0, -shift), c.increment_shift = std::max(0, shift);
    const fast::Narrow state = narrow(0, op.state_type);
    c.state_low = state.low, c.state_high = state.high;
    const int sum_exp = C.exp + op.state_type.exp;
    c.skip_shift = sum_exp - (op.D_type.exp + x.exp);
    c.y_shift = y.exp - sum_exp;
    const fast::Narrow range = narrow(0, y);
    c.y_low = range.low, c.y_high = range.high;
    const bool bytes = std::max({x.bits, delta.bits, B.bits, op.z_type.bits, op.product_type.bits,
                                 op.A_type.bits, op.D_type.bits}) <= 8;
    if (!bytes || !fits(c.z) || !fits(c.product) || c.increment_left > 14 ||
        c.increment_shift > 31 || op.state_type.bits > 30) {
      return {};
    }
    return [c, abar = fx::tabulate_abar(op.exp, op.z_type), A = transposed(op.A),
            D = std::vector<std::int32_t>(op.D.data.begin(), op.D.data.end()), x_edge = op.x,
            delta_edge = op.delta, B_edge = op.B, C_edge = op.C](const Edges& edges, Vectors& y) {
      fast::ScanConstants constants = c;
      constants.rows = rows_of(edges[x_edge]);
      constants.A = A.data(), constants.D = D.data(), constants.abar = abar.data();
      const fast::ScanInputs inputs{edges[x_edge].data.data(), edges[delta_edge].data.data(),
                                    edges[B_edge].data.data(), edges[C_edge].data.data()};
      std::vector<std::int32_t> h(A.size()), u(D.size());
      std::vector<std::int64_t> sum(D.size());
      fast::scan(constants, inputs, h.data(), u.data(), sum.data(), y.data.data());
    };
  }

  Kernel operator()(const Gate& op) const {
    const fast::Narrow to = narrow(type(op.x0).exp + type(op.x1).exp, y);
    if (!fits() || !fits(to)) return {};
    return [to, e0 = op.x0, e1 = op.x1](const Edges& edges, Vectors& result) {
      fast::multiply(count_of(result), edges[e0].data.data(), edges[e1].data.data(), to,
                     result.data.data());
    };
  }

  Kernel operator()(const Add& op) const {
    const int exp0 = type(op.x0).exp, exp1 = type(op.x1).exp, exp = std::min(exp0, exp1);
    const fast::Narrow to = narrow(exp, y);
    if (!fits() || !fits(to)) return {};
    return [to, e0 = op.x0, e1 = op.x1, left0 = exp0 - exp, left1 = exp1 - exp](const Edges& edges,
                                                                                Vectors& result) {
      fast::add(count_of(result), edges[e0].data.data(), left0, edges[e1].data.data(), left1, to,
                result.data.data());
    };
  }

  Kernel operator()(const Window& op) const {
    return [op](const Edges& edges, Vectors& result) {
      const Vectors& x = edges[op.x];
      for (int place = 0; place < rows_of(x); ++place) {
        fill_windows(op, place, x.row(std::size_t(place)), result.data.data());
      }
    };
  }

  // Scores and weighted sums of a head are products of matrices.
  Kernel operator()(const Attention& op) const {
    const fast::Narrow score = narrow(type(op.queries).exp + type(op.keys).exp, op.score_type);
    if (!fits() || !fits(score)) return {};
    const int fraction = fx::weight_sum_fraction(op.tokens);
    const std::vector<std::int32_t> zeros(std::size_t(std::max(op.tokens, op.head_width())), 0);
    const std::vector<std::int32_t> shift(std::size_t(op.tokens), score.shift);
    return [=, y = y, values_exp = type(op.values).exp](const Edges& edges, Vectors& result) {
      const int L = op.tokens, own = op.head_width(), in = padded(own), keys_in = padded(L);
      std::vector<std::int16_t> q(std::size_t(L) * in), k(q.size());
      std::vector<std::int16_t> v(std::size_t(own) * keys_in), weight(std::size_t(L) * keys_in);
      std::vector<std::int32_t> scores(std::size_t(L) * L), sums(std::size_t(L) * own);
      std::vector<std::int64_t> reciprocal(static_cast<std::size_t>(L));
      const fast::Narrow all{0, std::numeric_limits<std::int32_t>::min(),
                             std::numeric_limits<std::int32_t>::max()};
      for (int first = 0; first < op.width; first += own) {
        for (int t = 0; t < L; ++t) {
          for (int d = 0; d < own; ++d) {
            q[t * in + d] = static_cast<std::int16_t>(edges[op.queries].row(t)[first + d]);
            k[t * in + d] = static_cast<std::int16_t>(edges[op.keys].row(t)[first + d]);
            v[d * keys_in + t] = static_cast<std::int16_t>(edges[op.values].row(t)[first + d]);
          }
        }
        fast::linear({L, in, L, 0, false}, q.data(), k.data(), zeros.data(), shift.data(), score,
                     scores.data());
        for (int t = 0; t < L; ++t) {
          const std::int32_t* row = scores.data() + std::ptrdiff_t{t} * L;
          const std::int32_t largest = *std::max_element(row, row + L);
          std::int64_t sum = 0;
          for (int u = 0; u < L; ++u) {
            const std::int32_t w = op.weights[largest - row[u]];
            weight[t * keys_in + u] = static_cast<std::int16_t>(w);
            sum += w;
          }
          reciprocal[t] = fx::reciprocal(sum, fraction);
        }
        fast::linear({L, keys_in, own, 0, false}, weight.data(), v.data(), zeros.data(),
                     zeros.data(), all, sums.data());
        for (int t = 0; t < L; ++t) {
          for (int d = 0; d < own; ++d) {
            result.row(t)[first + d] = static_cast<std::int32_t>(
                fx::requantise(sums[t * own + d] * reciprocal[t], values_exp - fraction, y));
          }
        }
      }
    };
  }

  Kernel operator()(const Embed&) const { return {}; }
  Kernel operator()(const Max&) const { return {}; }
  Kernel operator()(const RangeNorm&) const { return {}; }
  Kernel operator()(const Pool& op) const {
    if (op.kind != PoolKind::kFlatten) return {};
    // The tokens one after the other, as they lie in memory.
    return [edge = op.x](const Edges& edges, Vectors& result) {
      std::copy(edges[edge].data.begin(), edges[edge].data.end(), result.data.begin());
    };
  }
};

}  // namespace

Fast::Fast(Program program) : golden_(std::move(program)), walk_(golden_.program()) {
  const Program& p = golden_.program();
  for (std::size_t i = 0; i < p.ops.size(); ++i) {
    const Prepare prepare{p, p.edges[i + 1].type, golden_.accumulator_bits(i)};
    kernels_.push_back(std::visit(prepare, p.ops[i]));
  }
}

std::size_t Fast::vectorised() const {
  return static_cast<std::size_t>(std::count_if(
      kernels_.begin(), kernels_.end(), [](const Kernel& k) { return static_cast<bool>(k); }));
}

void Fast::walk(const Tensor<std::int32_t>& tokens, bool keep, Edges& edges,
                std::vector<std::vector<std::int32_t>>& spare) const {
  walk_(program(), tokens, keep, edges, spare, [&](std::size_t i, const Edges& values, Vectors& y) {
    kernels_[i] ? kernels_[i](values, y) : golden_.run_op(i, values, y);
  });
}

void Fast::trace(const Tensor<std::int32_t>& tokens, Edges& edges) const {
  std::vector<std::vector<std::int32_t>> spare;
  walk(tokens, true, edges, spare);
}

std::vector<std::int32_t> Fast::run(const Tensor<std::int32_t>& tokens) const {
  // Fresh memory costs more than the computation.
  thread_local Edges edges;
  thread_local std::vector<std::vector<std::int32_t>> spare;
  walk(tokens, false, edges, spare);
  return edges.back().data;
}

}  // namespace emamba
