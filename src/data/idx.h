// SPDX-License-Identifier: Apache-2.0
// Reads IDX files of bytes, the format of MNIST and Fashion-MNIST.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/tensor.h"

namespace emamba {

// Unsigned bytes in one to four dimensions, packed with gzip or plain. Throws Error, naming
// `source`, on anything else and when the size does not fit the dimensions.
Tensor<std::uint8_t> parse_idx(std::string_view bytes, const std::string& source);
Tensor<std::uint8_t> read_idx(const std::string& path);

}  // namespace emamba
