// SPDX-License-Identifier: Apache-2.0
// Reads IDX files of bytes, the format of MNIST and Fashion-MNIST.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/tensor.h"

namespace emamba {

// Unsigned bytes in one to four dimensions, at most `max_bytes`, packed with gzip or plain; of a
// packed file no more is unpacked than its dimensions say. Throws Error, naming `source`, on
// anything else and when the size does not fit the dimensions.
Tensor<std::uint8_t> parse_idx(std::string_view bytes, const std::string& source,
                               std::size_t max_bytes);
Tensor<std::uint8_t> read_idx(const std::string& path, std::size_t max_bytes);

}  // namespace emamba
