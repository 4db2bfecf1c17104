// SPDX-License-Identifier: Apache-2.0
// Windows of a grid and the largest of them, of integers or real numbers.
#pragma once

#include <algorithm>
#include <cstddef>

#include "ir/program.h"

namespace emamba {

// Copies vector number `place` of the grid, (width), to every window that it stands in: y (places,
// taps * width), row by row. With the first vector all else becomes 0.
template <class T>
void fill_windows(const Window& op, int place, const T* x, T* y) {
  const Size out = op.places();
  const auto window = std::size_t(op.taps()) * std::size_t(op.width);
  if (place == 0) std::fill_n(y, std::size_t(out.height) * std::size_t(out.width) * window, T{0});
  const int row = place / op.grid.width, column = place % op.grid.width;
  for (int ky = 0; ky < op.kernel.height; ++ky) {
    const int top = row + op.padding.height - ky;
    if (top < 0 || top % op.stride.height != 0 || top / op.stride.height >= out.height) continue;
    for (int kx = 0; kx < op.kernel.width; ++kx) {
      const int left = column + op.padding.width - kx;
      if (left < 0 || left % op.stride.width != 0 || left / op.stride.width >= out.width) continue;
      const auto at = std::size_t(top / op.stride.height) * std::size_t(out.width) +
                      std::size_t(left / op.stride.width);
      const auto tap = std::size_t(ky * op.kernel.width + kx);
      std::copy_n(x, op.width, y + at * window + tap * std::size_t(op.width));
    }
  }
}

// y[d] = max over k of x[k * width + d], for one vector.
template <class T>
void find_largest(const Max& op, const T* x, T* y) {
  std::copy_n(x, op.width, y);
  for (int k = 1; k < op.terms; ++k) {
    for (int d = 0; d < op.width; ++d) y[d] = std::max(y[d], x[k * op.width + d]);
  }
}

}  // namespace emamba
