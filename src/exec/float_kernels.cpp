// SPDX-License-Identifier: Apache-2.0
#include "exec/float_kernels.h"

#include <cstddef>
#include <cstring>

#include "base/dispatch.h"

namespace emamba::exact {
namespace {

constexpr int kRows = 4, kLanes = 16;  // whose sums are kept in registers
using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));

EMAMBA_INLINE void load(const float* from, Lanes& to) {
  std::memcpy(&to, from, sizeof to);
}

// `Rows` rows of kLanes outputs.
template <int Rows>
EMAMBA_INLINE void add_tile(const ProductSizes& s, const float* x, const float* weight, float* y) {
  Lanes sums[Rows];
  for (int r = 0; r < Rows; ++r) load(y + std::ptrdiff_t{r} * s.y_stride, sums[r]);
  for (int i = 0; i < s.in; ++i, weight += s.weight_stride) {
    Lanes w;
    load(weight, w);
    for (int r = 0; r < Rows; ++r) sums[r] += w * x[std::ptrdiff_t{r} * s.x_stride + i];
  }
  for (int r = 0; r < Rows; ++r)
    std::memcpy(y + std::ptrdiff_t{r} * s.y_stride, &sums[r], sizeof(Lanes));
}

EMAMBA_INLINE void add_products_body(const ProductSizes& s, const float* x, const float* weight,
                                     float* y) {
  const int whole = s.out / kLanes * kLanes;
  for (int row = 0; row < s.rows;) {
    const int rows = s.rows - row < kRows ? 1 : kRows;
    for (int o = 0; o < whole; o += kLanes) {
      rows == kRows ? add_tile<kRows>(s, x, weight + o, y + o)
                    : add_tile<1>(s, x, weight + o, y + o);
    }
    for (int r = 0; r < rows; ++r, x += s.x_stride, y += s.y_stride) {
      for (int i = 0; i < s.in; ++i) {
        const float* w = weight + std::ptrdiff_t{i} * s.weight_stride;
        for (int o = whole; o < s.out; ++o) y[o] += w[o] * x[i];
      }
    }
    row += rows;
  }
}

}  // namespace

EMAMBA_KERNEL(add_products,
              (const ProductSizes& sizes, const float* x, const float* weight, float* y),
              add_products_body(sizes, x, weight, y));

}  // namespace emamba::exact
