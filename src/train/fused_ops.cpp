// SPDX-License-Identifier: Apache-2.0
#include "train/fused_ops.h"

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "train/kernels.h"

namespace emamba {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

ConvSizes sizes_of(const Tensor& u, const Tensor& weight_t) {
  const auto ED = static_cast<int>(u.size(2));
  return {static_cast<int>(u.size(1)), ED, static_cast<int>(weight_t.size(0)), ED, false};
}

struct CausalConv : torch::autograd::Function<CausalConv> {
  static Tensor forward(AutogradContext* context, const Tensor& u_in, const Tensor& weight,
                        const Tensor& bias) {
    const Tensor u = u_in.contiguous(), w = weight.t().contiguous(), b = bias.contiguous();
    const ConvSizes s = sizes_of(u, w);
    const std::int64_t batch = u.size(0), stride = u.size(1) * u.size(2);
    const Tensor y = torch::empty_like(u);
    AT_DISPATCH_FLOATING_TYPES(u.scalar_type(), "causal_conv", [&] {
      for (std::int64_t i = 0; i < batch; ++i) {
        conv_forward(s, u.data_ptr<scalar_t>() + i * stride, w.data_ptr<scalar_t>(),
                     b.data_ptr<scalar_t>(), y.data_ptr<scalar_t>() + i * stride);
      }
    });
    context->save_for_backward({u, w, b});
    return y;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const tensor_list saved = context->get_saved_variables();
    const Tensor &u = saved[0], &w = saved[1], &b = saved[2];
    const Tensor gy = gradients[0].contiguous();
    const ConvSizes s = sizes_of(u, w);
    const std::int64_t batch = u.size(0), stride = u.size(1) * u.size(2);
    const Tensor gu = torch::empty_like(u), gw = torch::zeros_like(w), gb = torch::zeros_like(b);
    const Tensor scratch = torch::empty({u.size(1), u.size(2)}, u.options());
    AT_DISPATCH_FLOATING_TYPES(u.scalar_type(), "causal_conv_backward", [&] {
      for (std::int64_t i = 0; i < batch; ++i) {
        conv_backward(s, u.data_ptr<scalar_t>() + i * stride, w.data_ptr<scalar_t>(),
                      b.data_ptr<scalar_t>(), gy.data_ptr<scalar_t>() + i * stride,
                      gu.data_ptr<scalar_t>() + i * stride, gw.data_ptr<scalar_t>(),
                      gb.data_ptr<scalar_t>(), scratch.data_ptr<scalar_t>());
      }
    });
    return {gu, gw.t(), gb};
  }
};

struct RangeNorm : torch::autograd::Function<RangeNorm> {
  static Tensor forward(AutogradContext* context, const Tensor& x_in, const Tensor& gamma_in,
                        const Tensor& beta_in) {
    const Tensor x = x_in.contiguous(), gamma = gamma_in.contiguous(), beta = beta_in.contiguous();
    const std::int64_t rows = x.size(0), D = x.size(1);
    const Tensor y = torch::empty_like(x);
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "range_norm", [&] {
      range_norm_forward(static_cast<int>(rows), static_cast<int>(D), x.data_ptr<scalar_t>(),
                         gamma.data_ptr<scalar_t>(), beta.data_ptr<scalar_t>(),
                         y.data_ptr<scalar_t>());
    });
    context->save_for_backward({x, gamma});
    return y;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const tensor_list saved = context->get_saved_variables();
    const Tensor &x = saved[0], &gamma = saved[1];
    const Tensor gy = gradients[0].contiguous();
    const std::int64_t rows = x.size(0), D = x.size(1);
    const Tensor gx = torch::empty_like(x);
    const Tensor ggamma = torch::zeros_like(gamma), gbeta = torch::zeros_like(gamma);
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "range_norm_backward", [&] {
      range_norm_backward(static_cast<int>(rows), static_cast<int>(D), x.data_ptr<scalar_t>(),
                          gamma.data_ptr<scalar_t>(), gy.data_ptr<scalar_t>(),
                          gx.data_ptr<scalar_t>(), ggamma.data_ptr<scalar_t>(),
                          gbeta.data_ptr<scalar_t>());
    });
    return {gx, ggamma, gbeta};
  }
};

}  // namespace

Tensor causal_conv(const Tensor& u, const Tensor& weight, const Tensor& bias) {
  return CausalConv::apply(u, weight, bias);
}

Tensor causal_conv_plain(const Tensor& u, const Tensor& weight, const Tensor& bias) {
  const std::int64_t L = u.size(1), K = weight.size(1);
  const Tensor padded = torch::constant_pad_nd(u, {0, 0, K - 1, 0});  // K - 1 zero tokens first
  Tensor y = bias;
  for (std::int64_t k = 0; k < K; ++k) y = y + weight.select(1, k) * padded.narrow(1, k, L);
  return y;
}

Tensor range_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta) {
  return RangeNorm::apply(x, gamma, beta);
}

Tensor range_norm_plain(const Tensor& x, const Tensor& gamma, const Tensor& beta) {
  const Tensor range =
      (std::get<0>(x.max(-1, true)) - std::get<0>(x.min(-1, true))).clamp_min(1e-5);
  return gamma * (x - x.mean(-1, true)) / range + beta;
}

}  // namespace emamba
