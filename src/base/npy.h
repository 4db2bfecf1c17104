// SPDX-License-Identifier: Apache-2.0
// Reads NumPy's .npy files of floating-point numbers.
#pragma once

#include <string>
#include <string_view>

#include "base/tensor.h"

namespace emamba {

// Format versions 1 and 2, little-endian float32 or float64 (rounded to the nearest float32, beyond
// its range to infinity), C or Fortran order; the result is in C order. Throws Error, naming
// `source`, on anything else and when the size does not fit the shape.
Tensor<float> parse_npy(std::string_view bytes, const std::string& source);
Tensor<float> read_npy(const std::string& path);

}  // namespace emamba
