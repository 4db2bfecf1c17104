// SPDX-License-Identifier: Apache-2.0
// Straight-through estimation as one differentiable operation.
#include "train/straight_through.h"

#include <torch/csrc/autograd/custom_function.h>

#include "fx/number.h"

namespace emamba {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// The gradient passes where exact / step lies in [lo, hi): what does not saturate.
struct StraightThrough : torch::autograd::Function<StraightThrough> {
  static Tensor forward(AutogradContext* context, const Tensor& exact, const Tensor& rounded,
                        const Tensor& step, double lo, double hi) {
    context->save_for_backward({exact, step});
    context->saved_data["lo"] = lo;
    context->saved_data["hi"] = hi;
    return rounded.clone();
  }
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor exact = saved[0].contiguous(), step = saved[1];
    const Tensor gradient = gradients[0].contiguous();
    const auto lo = static_cast<float>(context->saved_data["lo"].toDouble());
    const auto hi = static_cast<float>(context->saved_data["hi"].toDouble());
    Tensor result = torch::empty_like(gradient);
    const std::int64_t rows = step.numel(), length = exact.numel() / rows;
    for (std::int64_t r = 0; r < rows; ++r) {
      const float least = lo * step.data_ptr<float>()[r], most = hi * step.data_ptr<float>()[r];
      const float* x = exact.data_ptr<float>() + r * length;
      const float* g = gradient.data_ptr<float>() + r * length;
      float* to = result.data_ptr<float>() + r * length;
      for (std::int64_t i = 0; i < length; ++i) to[i] = x[i] >= least && x[i] < most ? g[i] : 0;
    }
    return {result, Tensor(), Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor straight_through(const Tensor& exact, const Tensor& rounded, const Tensor& step, int bits) {
  return StraightThrough::apply(exact, rounded, step, static_cast<double>(fx::min_of(bits)) - 0.5,
                                static_cast<double>(fx::max_of(bits)) + 0.5);
}

}  // namespace emamba
