// SPDX-License-Identifier: Apache-2.0
#include "train/mamba_block.h"

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <vector>

#include "train/gemm.h"
#include "train/kernels.h"

namespace emamba {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

struct Sizes {
  int L, D, ED, N, K, R;
  bool conv_silu, relu_before, biases;

  int rbc() const { return R + 2 * N; }
  ConvSizes conv() const { return {L, ED, K, 2 * ED, conv_silu}; }
  DeltaSizes delta() const { return {L, ED, R, rbc(), relu_before}; }
  ScanSizes scan() const { return {L, ED, N}; }
  GateSizes gate() const { return {L, ED, 2 * ED}; }
};

std::vector<std::int64_t> to_list(const Sizes& s) {
  return {s.L, s.D, s.ED, s.N, s.K, s.R, s.conv_silu, s.relu_before, s.biases};
}

Sizes from_list(const std::vector<std::int64_t>& list) {
  const auto at = [&](std::size_t i) { return static_cast<int>(list[i]); };
  return {at(0), at(1), at(2), at(3), at(4), at(5), at(6) != 0, at(7) != 0, at(8) != 0};
}

// Several arrays one after the other in one piece of memory.
template <class T, std::size_t count>
struct Arrays {
  T* data;
  std::array<std::int64_t, count + 1> first;

  T* operator[](std::size_t i) const { return data + first[i]; }
};

template <std::size_t count>
std::array<std::int64_t, count + 1> starts(const std::array<std::int64_t, count>& sizes) {
  std::array<std::int64_t, count + 1> first{};
  for (std::size_t i = 0; i < count; ++i) first[i + 1] = first[i] + sizes[i];
  return first;
}

// The parameters as the kernels read them. Those that read the same input lie one below the other
// (gate_proj and in_proj; dt_in, b_proj and c_proj), to be one matrix product. Biases of
// projections are 0 where the block has none.
enum Part {
  kNormWeight,  // (D)
  kNormBias,    // (D)
  kGateIn,      // (2 ED, D)
  kGateInBias,  // (2 ED)
  kConv,        // (K, ED), transposed
  kConvBias,    // (ED)
  kRbc,         // (R + 2N, ED)
  kRbcBias,     // (R + 2N), only R of which may differ from 0
  kDt,          // (R, ED), transposed
  kDtBias,      // (ED)
  kA,           // (N, ED), transposed; -exp(A_log)
  kSkip,        // (ED)
  kOut,         // (D, ED)
  kOutBias,     // (D)
  kParts
};
template <class T>
using Parts = Arrays<T, kParts>;

std::array<std::int64_t, kParts + 1> part_starts(const Sizes& s) {
  return starts<kParts>({s.D, s.D, 2 * s.ED * s.D, 2 * s.ED, s.K * s.ED, s.ED, s.rbc() * s.ED,
                         s.rbc(), s.R * s.ED, s.ED, s.N * s.ED, s.ED, s.D * s.ED, s.D});
}

// Where a parameter lies in the parts: rows x columns from `first` on.
enum class Shape { kVector, kMatrix, kTransposed };
struct Piece {
  Tensor BlockParameters::*parameter;
  std::int64_t first, rows, columns;
  Shape shape;
};

std::vector<Piece> pieces(const Sizes& s) {
  const auto at = part_starts(s);
  const auto in = [&](Part part, int rows, int columns) {
    return at[part] + std::int64_t{rows} * columns;
  };
  std::vector<Piece> all = {
      {&BlockParameters::norm_weight, at[kNormWeight], 1, s.D, Shape::kVector},
      {&BlockParameters::norm_bias, at[kNormBias], 1, s.D, Shape::kVector},
      {&BlockParameters::gate, at[kGateIn], s.ED, s.D, Shape::kMatrix},
      {&BlockParameters::in, in(kGateIn, s.ED, s.D), s.ED, s.D, Shape::kMatrix},
      {&BlockParameters::conv, at[kConv], s.K, s.ED, Shape::kTransposed},
      {&BlockParameters::conv_bias, at[kConvBias], 1, s.ED, Shape::kVector},
      {&BlockParameters::dt_in, at[kRbc], s.R, s.ED, Shape::kMatrix},
      {&BlockParameters::b, in(kRbc, s.R, s.ED), s.N, s.ED, Shape::kMatrix},
      {&BlockParameters::c, in(kRbc, s.R + s.N, s.ED), s.N, s.ED, Shape::kMatrix},
      {&BlockParameters::dt_proj, at[kDt], s.R, s.ED, Shape::kTransposed},
      {&BlockParameters::dt_proj_bias, at[kDtBias], 1, s.ED, Shape::kVector},
      {&BlockParameters::A_log, at[kA], s.N, s.ED, Shape::kTransposed},
      {&BlockParameters::D, at[kSkip], 1, s.ED, Shape::kVector},
      {&BlockParameters::out, at[kOut], s.D, s.ED, Shape::kMatrix},
  };
  if (s.biases) {
    all.push_back({&BlockParameters::gate_bias, at[kGateInBias], 1, s.ED, Shape::kVector});
    all.push_back({&BlockParameters::in_bias, at[kGateInBias] + s.ED, 1, s.ED, Shape::kVector});
    all.push_back({&BlockParameters::dt_in_bias, at[kRbcBias], 1, s.R, Shape::kVector});
    all.push_back({&BlockParameters::out_bias, at[kOutBias], 1, s.D, Shape::kVector});
  }
  return all;
}

// The parts as one tensor, from the parameters in the order of the pieces.
template <class T>
Tensor packed(const Sizes& s, const std::vector<Piece>& all, const Tensor* parameters) {
  const auto first = part_starts(s);
  const Tensor flat = torch::zeros({first[kParts]}, parameters->options());
  for (const Piece& piece : all) {
    T* to = flat.data_ptr<T>() + piece.first;
    const Tensor parameter = (parameters++)->contiguous();
    const T* from = parameter.data_ptr<T>();
    if (piece.shape != Shape::kTransposed) {
      std::copy_n(from, piece.rows * piece.columns, to);
      continue;
    }
    for (std::int64_t row = 0; row < piece.rows; ++row) {
      for (std::int64_t c = 0; c < piece.columns; ++c) *to++ = from[c * piece.rows + row];
    }
  }
  T* A = flat.data_ptr<T>() + first[kA];
  for (int i = 0; i < s.N * s.ED; ++i) A[i] = -std::exp(A[i]);
  return flat;
}

// What the forward pass keeps of every token.
enum Row {
  kN,          // after the norm (D)
  kGU,         // gate before SiLU, and into the convolution (2 ED)
  kCv,         // after the convolution (ED)
  kProjected,  // dt_in, B and C (R + 2N)
  kDelta,      // (ED)
  kS,          // after the scan (ED)
  kRows
};
template <class T>
using Rows = Arrays<T, kRows>;

// The arrays of a whole batch.
struct RowLayout {
  std::array<std::int64_t, kRows> width;
  std::array<std::int64_t, kRows + 1> first;

  RowLayout(const Sizes& s, std::int64_t rows) : width{s.D, 2 * s.ED, s.ED, s.rbc(), s.ED, s.ED} {
    std::array<std::int64_t, kRows> sizes = width;
    for (std::int64_t& size : sizes) size *= rows;
    first = starts<kRows>(sizes);
  }
  std::int64_t total() const { return first[kRows]; }
  // Those of the tokens from `row` on.
  template <class T>
  Rows<T> from(T* data, std::int64_t row) const {
    Rows<T> rows{data, first};
    for (std::size_t i = 0; i < kRows; ++i) rows.first[i] += row * width[i];
    return rows;
  }
};

// Memory for what one group of sequences needs and the next may overwrite.
template <class T>
class Scratch {
 public:
  T* take(std::int64_t count) {
    if (count > size_) data_ = std::make_unique_for_overwrite<T[]>(count);
    size_ = std::max(size_, count);
    return data_.get();
  }

 private:
  std::unique_ptr<T[]> data_;
  std::int64_t size_ = 0;
};

template <class T>
void add_rows(int rows, int width, const T* bias, T* y) {
  for (int row = 0; row < rows; ++row) {
    for (int i = 0; i < width; ++i) *y++ += bias[i];
  }
}

template <class T>
void sum_rows(int rows, int width, const T* y, T* sum) {
  for (int row = 0; row < rows; ++row) {
    for (int i = 0; i < width; ++i) sum[i] += *y++;
  }
}

constexpr Transpose kNo = Transpose::kNo, kYes = Transpose::kYes;

template <class T>
ScanInputs<T> scan_inputs(const Sizes& s, const Parts<T>& w, const Rows<T>& t, int token) {
  const T* rbc = t[kProjected] + token * s.rbc();
  return {t[kDelta] + token * s.ED, w[kA],    rbc + s.R, rbc + s.R + s.N,
          t[kCv] + token * s.ED,    w[kSkip], s.rbc()};
}

// x, out (sequences * L, D).
template <class T>
void forward_some(const Sizes& s, const Parts<T>& w, int sequences, const T* x, const Rows<T>& t,
                  T* out, Scratch<T>& scratch) {
  const int rows = sequences * s.L;
  T* const y = scratch.take(rows * s.ED + s.N * s.ED);
  T* const h = y + rows * s.ED;
  range_norm_forward(rows, s.D, x, w[kNormWeight], w[kNormBias], t[kN]);
  gemm<T>(kNo, kYes, rows, 2 * s.ED, s.D, t[kN], w[kGateIn], 0, t[kGU]);
  if (s.biases) add_rows(rows, 2 * s.ED, w[kGateInBias], t[kGU]);
  for (int at = 0; at < rows; at += s.L) {
    conv_forward<T>(s.conv(), t[kGU] + at * 2 * s.ED + s.ED, w[kConv], w[kConvBias],
                    t[kCv] + at * s.ED);
  }
  gemm<T>(kNo, kYes, rows, s.rbc(), s.ED, t[kCv], w[kRbc], 0, t[kProjected]);
  if (s.biases) add_rows(rows, s.rbc(), w[kRbcBias], t[kProjected]);
  for (int at = 0; at < rows; at += s.L) {
    delta_forward<T>(s.delta(), t[kProjected] + at * s.rbc(), w[kDt], w[kDtBias],
                     t[kDelta] + at * s.ED);
    scan_forward<T>(s.scan(), scan_inputs(s, w, t, at), t[kS] + at * s.ED, h);
    gate_forward<T>(s.gate(), t[kS] + at * s.ED, t[kGU] + at * 2 * s.ED, y + at * s.ED);
  }
  std::copy_n(x, rows * s.D, out);
  gemm<T>(kNo, kYes, rows, s.D, s.ED, y, w[kOut], 1, out);
  if (s.biases) add_rows(rows, s.D, w[kOutBias], out);
}

// gx from gout, both (sequences * L, D); g +=.
template <class T>
void backward_some(const Sizes& s, const Parts<T>& w, int sequences, const T* x, const Rows<T>& t,
                   const T* gout, T* gx, const Parts<T>& g, Scratch<T>& scratch) {
  const int rows = sequences * s.L;
  enum { kY, kGy, kGgu, kGcv, kGrbc, kGn, kGs, kGdelta, kGpre, kScan, kLocal };
  const std::int64_t inner = rows * s.ED, one = s.L * s.ED;
  const auto first = starts<kLocal>({inner, inner, 2 * inner, inner, rows * s.rbc(), rows * s.D,
                                     one, one, one, scan_scratch(s.scan())});
  const Arrays<T, kLocal> l{scratch.take(first.back()), first};
  gemm<T>(kNo, kNo, rows, s.ED, s.D, gout, w[kOut], 0, l[kGy]);
  for (int at = 0; at < rows; at += s.L) {
    T* const grbc = l[kGrbc] + at * s.rbc();
    const int ed = at * s.ED;
    gate_backward<T>(s.gate(), t[kS] + ed, t[kGU] + 2 * ed, l[kGy] + ed, l[kGs], l[kGgu] + 2 * ed,
                     l[kY] + ed);
    const ScanGradients<T> out{l[kGdelta],       g[kA],        grbc + s.R,
                               grbc + s.R + s.N, l[kGcv] + ed, g[kSkip]};
    scan_backward<T>(s.scan(), scan_inputs(s, w, t, at), l[kGs], out, l[kScan]);
    delta_backward<T>(s.delta(), t[kProjected] + at * s.rbc(), w[kDt], t[kDelta] + ed, l[kGdelta],
                      grbc, g[kDt], g[kDtBias]);
  }
  gemm<T>(kYes, kNo, s.D, s.ED, rows, gout, l[kY], 1, g[kOut]);
  gemm<T>(kYes, kNo, s.rbc(), s.ED, rows, l[kGrbc], t[kCv], 1, g[kRbc]);
  gemm<T>(kNo, kNo, rows, s.ED, s.rbc(), l[kGrbc], w[kRbc], 1, l[kGcv]);
  for (int at = 0; at < rows; at += s.L) {
    const int gu = at * 2 * s.ED + s.ED;
    conv_backward<T>(s.conv(), t[kGU] + gu, w[kConv], w[kConvBias], l[kGcv] + at * s.ED,
                     l[kGgu] + gu, g[kConv], g[kConvBias], l[kGpre]);
  }
  gemm<T>(kYes, kNo, 2 * s.ED, s.D, rows, l[kGgu], t[kN], 1, g[kGateIn]);
  gemm<T>(kNo, kNo, rows, s.D, 2 * s.ED, l[kGgu], w[kGateIn], 0, l[kGn]);
  range_norm_backward<T>(rows, s.D, x, w[kNormWeight], l[kGn], gx, g[kNormWeight], g[kNormBias]);
  for (int i = 0; i < rows * s.D; ++i) gx[i] += gout[i];
  if (s.biases) {
    sum_rows(rows, 2 * s.ED, l[kGgu], g[kGateInBias]);
    sum_rows(rows, s.rbc(), l[kGrbc], g[kRbcBias]);
    sum_rows(rows, s.D, gout, g[kOutBias]);
  }
}

// Calls work(first row, sequences) for all rows of a batch. So many sequences go through all steps
// of a block at a time: enough tokens for BLAS, and few enough that what one step writes is still
// near when the next reads it.
template <class Work>
void for_some_at_a_time(const Sizes& s, std::int64_t rows, const Work& work) {
  constexpr int kTokens = 256;
  const std::int64_t step = std::max(1, kTokens / s.L) * s.L;
  for (std::int64_t row = 0; row < rows; row += step) {
    work(row, static_cast<int>(std::min(step, rows - row) / s.L));
  }
}

struct MambaBlock : torch::autograd::Function<MambaBlock> {
  // parameters: in the order of the pieces.
  static Tensor forward(AutogradContext* context, const Sizes& s, const Tensor& x_in,
                        at::TensorList parameters) {
    const Tensor x = x_in.contiguous(), out = torch::empty_like(x);
    const std::int64_t rows = x.size(0);
    const RowLayout layout(s, rows);
    const Tensor kept = torch::empty({layout.total()}, x.options());
    Tensor weights;
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "mamba_block", [&] {
      using T = scalar_t;
      weights = packed<T>(s, pieces(s), parameters.data());
      const Parts<T> w{weights.data_ptr<T>(), part_starts(s)};
      Scratch<T> scratch;
      for_some_at_a_time(s, rows, [&](std::int64_t row, int sequences) {
        forward_some<T>(s, w, sequences, x.data_ptr<T>() + row * s.D,
                        layout.from(kept.data_ptr<T>(), row), out.data_ptr<T>() + row * s.D,
                        scratch);
      });
    });
    context->save_for_backward({x, weights, kept});
    context->saved_data["sizes"] = to_list(s);
    return out;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const Sizes s = from_list(context->saved_data["sizes"].toIntVector());
    const tensor_list saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weights = saved[1], &kept = saved[2];
    const Tensor gout = gradients[0].contiguous(), gx = torch::empty_like(x);
    const Tensor flat = torch::zeros_like(weights);
    const RowLayout layout(s, x.size(0));
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "mamba_block_backward", [&] {
      using T = scalar_t;
      const Parts<T> w{weights.data_ptr<T>(), part_starts(s)}, g{flat.data_ptr<T>(), w.first};
      Scratch<T> scratch;
      for_some_at_a_time(s, x.size(0), [&](std::int64_t row, int sequences) {
        backward_some<T>(s, w, sequences, x.data_ptr<T>() + row * s.D,
                         layout.from(kept.data_ptr<T>(), row), gout.data_ptr<T>() + row * s.D,
                         gx.data_ptr<T>() + row * s.D, g, scratch);
      });
      for (int i = 0; i < s.N * s.ED; ++i) g[kA][i] *= w[kA][i];  // -exp() is its own slope
    });
    tensor_list result{Tensor(), gx};  // the sizes, x, and the parameters
    for (const Piece& piece : pieces(s)) {
      const std::int64_t rows = piece.rows, columns = piece.columns, first = piece.first;
      switch (piece.shape) {
        case Shape::kVector:
          result.push_back(flat.narrow(0, first, columns));
          break;
        case Shape::kMatrix:
          result.push_back(flat.as_strided({rows, columns}, {columns, 1}, first));
          break;
        case Shape::kTransposed:
          result.push_back(flat.as_strided({columns, rows}, {1, columns}, first));
          break;
      }
    }
    return result;
  }
};

}  // namespace

Tensor mamba_block(MambaSwitches switches, const Tensor& x, std::int64_t sequences,
                   const BlockParameters& p) {
  const auto size = [](const Tensor& t, int dim) { return static_cast<int>(t.size(dim)); };
  const Sizes s{.L = static_cast<int>(x.size(0) / sequences),
                .D = size(x, 1),
                .ED = size(p.gate, 0),
                .N = size(p.b, 0),
                .K = size(p.conv, 1),
                .R = size(p.dt_in, 0),
                .conv_silu = switches.conv_silu,
                .relu_before = switches.relu_before,
                .biases = p.out_bias.defined()};
  tensor_list parameters;
  for (const Piece& piece : pieces(s)) parameters.push_back(p.*piece.parameter);
  return MambaBlock::apply(s, x, at::TensorList(parameters));
}

}  // namespace emamba
