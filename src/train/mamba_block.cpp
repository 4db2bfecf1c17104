// SPDX-License-Identifier: Apache-2.0
#include "train/mamba_block.h"

#include <torch/csrc/autograd/custom_function.h>

#include "train/kernels.h"

namespace emamba {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// The order of mamba_block()'s tensors; absent biases are empty.
enum Argument {
  kX,
  kNormWeight,
  kNormBias,
  kGate,
  kGateBias,
  kIn,
  kInBias,
  kConv,
  kConvBias,
  kDtIn,
  kDtInBias,
  kDtProj,
  kDtProjBias,
  kB,
  kC,
  kALog,
  kD,
  kOut,
  kOutBias,
  kArguments
};
// What backward needs besides.
enum Saved {
  kN = kArguments,  // after the norm (rows, D)
  kG,               // gate before SiLU (rows, ED)
  kU,               // into the convolution (rows, ED)
  kConvT,           // weight of the convolution (K, ED)
  kCv,              // after the convolution (rows, ED)
  kRbc,             // dt_in, B and C side by side (rows, R + 2N)
  kDelta,           // (rows, ED)
  kA,               // (N, ED)
  kStates,          // (batch, L, N, ED)
  kS,               // after the scan (rows, ED)
  kAll
};

struct Sizes {
  std::int64_t rows, L, D, ED, N, K, R;
  bool conv_silu, relu_before;

  std::int64_t batch() const { return rows / L; }
  ConvSizes conv() const {
    return {static_cast<int>(L), static_cast<int>(ED), static_cast<int>(K), conv_silu};
  }
  ScanSizes scan() const {
    return {static_cast<int>(L), static_cast<int>(ED), static_cast<int>(N)};
  }
};

Sizes sizes_of(const tensor_list& t, std::int64_t L, bool conv_silu, bool relu_before) {
  return {
      t[kX].size(0),    L,         t[kX].size(1), t[kGate].size(0), t[kB].size(0), t[kConv].size(1),
      t[kDtIn].size(0), conv_silu, relu_before};
}

// x W^T + bias, where bias may be empty.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return bias.numel() > 0 ? torch::addmm(bias, x, weight.t()) : torch::mm(x, weight.t());
}

Tensor bias_gradient(const Tensor& bias, const Tensor& gy) {
  return bias.numel() > 0 ? gy.sum(0) : Tensor();
}

template <class T>
ScanInputs<T> scan_inputs(const Sizes& s, const tensor_list& t, std::int64_t sequence) {
  const std::int64_t row = sequence * s.L, stride = s.R + 2 * s.N;
  const T* rbc = t[kRbc].data_ptr<T>() + row * stride;
  return {t[kDelta].data_ptr<T>() + row * s.ED,
          t[kA].data_ptr<T>(),
          rbc + s.R,
          rbc + s.R + s.N,
          t[kCv].data_ptr<T>() + row * s.ED,
          t[kD].data_ptr<T>(),
          static_cast<int>(stride)};
}

template <class T>
void norm_and_conv(const Sizes& s, tensor_list& t) {
  range_norm_forward(static_cast<int>(s.rows), static_cast<int>(s.D), t[kX].data_ptr<T>(),
                     t[kNormWeight].data_ptr<T>(), t[kNormBias].data_ptr<T>(), t[kN].data_ptr<T>());
  t[kG] = linear(t[kN], t[kGate], t[kGateBias]);
  t[kU] = linear(t[kN], t[kIn], t[kInBias]);
  for (std::int64_t i = 0; i < s.batch(); ++i) {
    const std::int64_t first = i * s.L * s.ED;
    conv_forward(s.conv(), t[kU].data_ptr<T>() + first, t[kConvT].data_ptr<T>(),
                 t[kConvBias].data_ptr<T>(), t[kCv].data_ptr<T>() + first);
  }
}

template <class T>
void scan_and_gate(const Sizes& s, tensor_list& t, const Tensor& y) {
  for (std::int64_t i = 0; i < s.batch(); ++i) {
    scan_forward(s.scan(), scan_inputs<T>(s, t, i), t[kS].data_ptr<T>() + i * s.L * s.ED,
                 t[kStates].data_ptr<T>() + i * s.L * s.N * s.ED);
  }
  gate_forward(static_cast<int>(s.rows * s.ED), t[kS].data_ptr<T>(), t[kG].data_ptr<T>(),
               y.data_ptr<T>());
}

struct Gradients {
  Tensor g, u, cv, rbc, delta, s;                           // of the saved tensors
  Tensor x, norm_weight, norm_bias, conv, conv_bias, A, D;  // A and conv transposed, as saved
};

template <class T>
void scan_backward_all(const Sizes& s, const tensor_list& t, const Gradients& g) {
  const Tensor carry = torch::empty_like(t[kA]);
  const std::int64_t stride = s.R + 2 * s.N;
  for (std::int64_t i = 0; i < s.batch(); ++i) {
    const std::int64_t row = i * s.L;
    T* rbc = g.rbc.data_ptr<T>() + row * stride;
    const ScanGradients<T> out{
        g.delta.data_ptr<T>() + row * s.ED, g.A.data_ptr<T>(), rbc + s.R, rbc + s.R + s.N,
        g.cv.data_ptr<T>() + row * s.ED,    g.D.data_ptr<T>()};
    scan_backward(s.scan(), scan_inputs<T>(s, t, i),
                  t[kStates].data_ptr<T>() + i * s.L * s.N * s.ED, g.s.data_ptr<T>() + row * s.ED,
                  out, carry.data_ptr<T>());
  }
}

template <class T>
void conv_backward_all(const Sizes& s, const tensor_list& t, const Gradients& g) {
  const Tensor scratch = torch::empty_like(t[kConvBias]);
  for (std::int64_t i = 0; i < s.batch(); ++i) {
    const std::int64_t first = i * s.L * s.ED;
    conv_backward(s.conv(), t[kU].data_ptr<T>() + first, t[kConvT].data_ptr<T>(),
                  t[kConvBias].data_ptr<T>(), g.cv.data_ptr<T>() + first, g.u.data_ptr<T>() + first,
                  g.conv.data_ptr<T>(), g.conv_bias.data_ptr<T>(), scratch.data_ptr<T>());
  }
}

struct MambaBlock : torch::autograd::Function<MambaBlock> {
  static Tensor forward(AutogradContext* context, std::int64_t L, bool conv_silu, bool relu_before,
                        at::TensorList arguments) {
    tensor_list t(arguments.begin(), arguments.end());
    for (Tensor& tensor : t) tensor = tensor.contiguous();
    const Sizes s = sizes_of(t, L, conv_silu, relu_before);
    t.resize(kAll);
    const auto options = t[kX].options();
    t[kN] = torch::empty_like(t[kX]);
    t[kConvT] = t[kConv].t().contiguous();
    t[kCv] = torch::empty({s.rows, s.ED}, options);
    t[kA] = torch::exp(t[kALog]).neg_().t().contiguous();
    t[kStates] = torch::empty({s.batch(), L, s.N, s.ED}, options);
    t[kS] = torch::empty({s.rows, s.ED}, options);
    const Tensor y = torch::empty({s.rows, s.ED}, options);
    AT_DISPATCH_FLOATING_TYPES(t[kX].scalar_type(), "mamba_block", [&] {
      norm_and_conv<scalar_t>(s, t);
      t[kRbc] = torch::mm(t[kCv], torch::cat({t[kDtIn], t[kB], t[kC]}).t());
      Tensor r = t[kRbc].narrow(1, 0, s.R);
      if (t[kDtInBias].numel() > 0) r.add_(t[kDtInBias]);
      if (relu_before) r.relu_();
      t[kDelta] = linear(r, t[kDtProj], t[kDtProjBias]);
      if (!relu_before) t[kDelta].relu_();
      scan_and_gate<scalar_t>(s, t, y);
    });
    const Tensor result = torch::addmm(t[kX], y, t[kOut].t());
    if (t[kOutBias].numel() > 0) result.add_(t[kOutBias]);
    context->save_for_backward(t);
    context->saved_data["L"] = L;
    context->saved_data["conv_silu"] = conv_silu;
    context->saved_data["relu_before"] = relu_before;
    return result;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const tensor_list t = context->get_saved_variables();
    const Sizes s =
        sizes_of(t, context->saved_data["L"].toInt(), context->saved_data["conv_silu"].toBool(),
                 context->saved_data["relu_before"].toBool());
    const Tensor gout = gradients[0].contiguous();
    Gradients g;
    g.g = torch::empty_like(t[kG]);
    g.u = torch::empty_like(t[kU]);
    g.cv = torch::empty_like(t[kCv]);
    g.rbc = torch::empty_like(t[kRbc]);
    g.delta = torch::empty_like(t[kDelta]);
    g.s = torch::empty_like(t[kS]);
    g.x = torch::empty_like(t[kX]);
    g.norm_weight = torch::zeros_like(t[kNormWeight]);
    g.norm_bias = torch::zeros_like(t[kNormBias]);
    g.conv = torch::zeros_like(t[kConvT]);
    g.conv_bias = torch::zeros_like(t[kConvBias]);
    g.A = torch::zeros_like(t[kA]);
    g.D = torch::zeros_like(t[kD]);
    tensor_list result(3 + kArguments);  // the first three are not tensors
    Tensor* const gt = result.data() + 3;
    const Tensor y = torch::empty_like(t[kS]), gy = torch::mm(gout, t[kOut]);
    AT_DISPATCH_FLOATING_TYPES(t[kX].scalar_type(), "mamba_block_backward", [&] {
      gate_backward(static_cast<int>(s.rows * s.ED), t[kS].data_ptr<scalar_t>(),
                    t[kG].data_ptr<scalar_t>(), gy.data_ptr<scalar_t>(), g.s.data_ptr<scalar_t>(),
                    g.g.data_ptr<scalar_t>(), y.data_ptr<scalar_t>());
      gt[kOut] = torch::mm(gout.t(), y);
      scan_backward_all<scalar_t>(s, t, g);
      // delta and the low-rank projection before it
      const Tensor r = t[kRbc].narrow(1, 0, s.R);
      Tensor gr = g.rbc.narrow(1, 0, s.R);
      if (!s.relu_before) g.delta.mul_(t[kDelta].gt(0));
      gt[kDtProj] = torch::mm(g.delta.t(), r);
      gr.copy_(torch::mm(g.delta, t[kDtProj]));
      if (s.relu_before) gr.mul_(r.gt(0));
      gt[kDtInBias] = bias_gradient(t[kDtInBias], gr);
      const Tensor gw = torch::mm(g.rbc.t(), t[kCv]);
      gt[kDtIn] = gw.narrow(0, 0, s.R);
      gt[kB] = gw.narrow(0, s.R, s.N);
      gt[kC] = gw.narrow(0, s.R + s.N, s.N);
      g.cv.addmm_(g.rbc, torch::cat({t[kDtIn], t[kB], t[kC]}));
      conv_backward_all<scalar_t>(s, t, g);
      const Tensor gn = torch::mm(g.g, t[kGate]).addmm_(g.u, t[kIn]);
      range_norm_backward(static_cast<int>(s.rows), static_cast<int>(s.D),
                          t[kX].data_ptr<scalar_t>(), t[kNormWeight].data_ptr<scalar_t>(),
                          gn.data_ptr<scalar_t>(), g.x.data_ptr<scalar_t>(),
                          g.norm_weight.data_ptr<scalar_t>(), g.norm_bias.data_ptr<scalar_t>());
    });
    gt[kX] = g.x.add_(gout);
    gt[kNormWeight] = g.norm_weight;
    gt[kNormBias] = g.norm_bias;
    gt[kGate] = torch::mm(g.g.t(), t[kN]);
    gt[kGateBias] = bias_gradient(t[kGateBias], g.g);
    gt[kIn] = torch::mm(g.u.t(), t[kN]);
    gt[kInBias] = bias_gradient(t[kInBias], g.u);
    gt[kConv] = g.conv.t();
    gt[kConvBias] = g.conv_bias;
    gt[kDtProjBias] = g.delta.sum(0);
    gt[kALog] = (g.A * t[kA]).t();  // A = -exp(A_log) is its own slope
    gt[kD] = g.D;
    gt[kOutBias] = bias_gradient(t[kOutBias], gout);
    return result;
  }
};

}  // namespace

bool has_fused_block(const ModelSpec& model) {
  return model.norm == Norm::kRange && model.delta_activation != DeltaActivation::kSoftplus;
}

Tensor mamba_block(const ModelSpec& model, std::int64_t L, const Tensor& x,
                   const BlockParameters& p) {
  tensor_list arguments{
      x,      p.norm_weight, p.norm_bias, p.gate,       p.gate_bias, p.in,           p.in_bias,
      p.conv, p.conv_bias,   p.dt_in,     p.dt_in_bias, p.dt_proj,   p.dt_proj_bias, p.b,
      p.c,    p.A_log,       p.D,         p.out,        p.out_bias};
  for (Tensor& tensor : arguments) {
    if (!tensor.defined()) tensor = torch::empty({0}, x.options());
  }
  return MambaBlock::apply(L, model.conv_activation == ConvActivation::kSilu,
                           model.delta_activation == DeltaActivation::kReluBefore,
                           at::TensorList(arguments));
}

}  // namespace emamba
