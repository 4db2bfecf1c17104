// SPDX-License-Identifier: Apache-2.0
// The vectorised loop of the float engine. It adds in the order of the inputs and never fuses a
// multiplication with an addition, so that the sums are the same numbers on every processor.
#pragma once

namespace emamba::exact {

// Matrices of these sizes, of which rows may be further apart than they are long.
struct ProductSizes {
  int rows, in, out;
  int x_stride, weight_stride, y_stride;
};
// y (rows, out) += x (rows, in) * weight (in, out)
extern void (*const add_products)(const ProductSizes& sizes, const float* x, const float* weight,
                                  float* y);

}  // namespace emamba::exact
