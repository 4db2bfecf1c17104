// SPDX-License-Identifier: Apache-2.0
#include "train/selective_scan.h"

#include <torch/csrc/autograd/custom_function.h>

#include <vector>

#include "train/kernels.h"

namespace emamba {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

ScanSizes sizes_of(const Tensor& delta, const Tensor& A) {
  return {static_cast<int>(delta.size(1)), static_cast<int>(A.size(0)),
          static_cast<int>(A.size(1))};
}

// Sequence `b` of the batch; A is (N, ED) here.
template <class T>
ScanInputs<T> sequence(const ScanSizes& s, std::int64_t b, const Tensor& delta, const Tensor& A,
                       const Tensor& B, const Tensor& C, const Tensor& x, const Tensor& D) {
  return {delta.data_ptr<T>() + b * s.L * s.ED,
          A.data_ptr<T>(),
          B.data_ptr<T>() + b * s.L * s.N,
          C.data_ptr<T>() + b * s.L * s.N,
          x.data_ptr<T>() + b * s.L * s.ED,
          D.data_ptr<T>(),
          s.N};
}

struct SelectiveScan : torch::autograd::Function<SelectiveScan> {
  static Tensor forward(AutogradContext* context, const Tensor& delta_in, const Tensor& A,
                        const Tensor& B_in, const Tensor& C_in, const Tensor& x_in,
                        const Tensor& D_in) {
    const ScanSizes s = sizes_of(delta_in, A);
    const std::int64_t batch = delta_in.size(0);
    const Tensor delta = delta_in.contiguous(), A_t = A.t().contiguous(), B = B_in.contiguous(),
                 C = C_in.contiguous(), x = x_in.contiguous(), D = D_in.contiguous();
    const Tensor y = torch::empty_like(delta);
    const Tensor h = torch::empty_like(A_t);
    AT_DISPATCH_FLOATING_TYPES(delta.scalar_type(), "selective_scan", [&] {
      for (std::int64_t b = 0; b < batch; ++b) {
        scan_forward(s, sequence<scalar_t>(s, b, delta, A_t, B, C, x, D),
                     y.data_ptr<scalar_t>() + b * s.L * s.ED, h.data_ptr<scalar_t>());
      }
    });
    context->save_for_backward({delta, A_t, B, C, x, D});
    return y;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const tensor_list saved = context->get_saved_variables();
    const Tensor &delta = saved[0], &A = saved[1], &B = saved[2], &C = saved[3], &x = saved[4],
                 &D = saved[5];
    const Tensor gy = gradients[0].contiguous();
    const ScanSizes s{static_cast<int>(delta.size(1)), static_cast<int>(A.size(1)),
                      static_cast<int>(A.size(0))};
    const std::int64_t batch = delta.size(0);
    const Tensor gdelta = torch::empty_like(delta), gx = torch::empty_like(x),
                 gB = torch::empty_like(B), gC = torch::empty_like(C);
    const Tensor gA = torch::zeros_like(A), gD = torch::zeros_like(D);
    const Tensor scratch = torch::empty({scan_scratch(s)}, delta.options());
    AT_DISPATCH_FLOATING_TYPES(delta.scalar_type(), "selective_scan_backward", [&] {
      for (std::int64_t b = 0; b < batch; ++b) {
        const ScanGradients<scalar_t> out{
            gdelta.data_ptr<scalar_t>() + b * s.L * s.ED, gA.data_ptr<scalar_t>(),
            gB.data_ptr<scalar_t>() + b * s.L * s.N,      gC.data_ptr<scalar_t>() + b * s.L * s.N,
            gx.data_ptr<scalar_t>() + b * s.L * s.ED,     gD.data_ptr<scalar_t>()};
        scan_backward(s, sequence<scalar_t>(s, b, delta, A, B, C, x, D),
                      gy.data_ptr<scalar_t>() + b * s.L * s.ED, out, scratch.data_ptr<scalar_t>());
      }
    });
    return {gdelta, gA.t(), gB, gC, gx, gD};
  }
};

}  // namespace

Tensor selective_scan(const Tensor& delta, const Tensor& A, const Tensor& B, const Tensor& C,
                      const Tensor& x, const Tensor& D) {
  return SelectiveScan::apply(delta, A, B, C, x, D);
}

Tensor selective_scan_plain(const Tensor& delta, const Tensor& A, const Tensor& B, const Tensor& C,
                            const Tensor& x, const Tensor& D) {
  const Tensor A_bar = torch::exp(delta.unsqueeze(-1) * A);                         // (B, L, ED, N)
  const Tensor B_bar_x = (delta * x).unsqueeze(-1) * B.unsqueeze(2);                // (B, L, ED, N)
  Tensor h = torch::zeros({delta.size(0), A.size(0), A.size(1)}, delta.options());  // (B, ED, N)
  std::vector<Tensor> y;
  for (std::int64_t t = 0; t < delta.size(1); ++t) {
    h = A_bar.select(1, t) * h + B_bar_x.select(1, t);
    y.push_back((h * C.select(1, t).unsqueeze(1)).sum(-1));
  }
  return torch::stack(y, 1) + D * x;
}

}  // namespace emamba
