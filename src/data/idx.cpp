// SPDX-License-Identifier: Apache-2.0
// An IDX file: 0, 0, the number type (8: unsigned byte), the number of dimensions, each dimension
// in 4 bytes (big-endian), then the data in C order.
#include "data/idx.h"

#include "base/error.h"
#include "base/files.h"

namespace emamba {

Tensor<std::uint8_t> parse_idx(std::string_view bytes, const std::string& source) {
  std::string unpacked;
  if (bytes.starts_with("\x1f\x8b")) {
    unpacked = unpack_gzip(bytes, source);
    bytes = unpacked;
  }
  const auto byte_at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };

  if (bytes.size() < 4) throw Error(fmt::format("{}: truncated IDX header", source));
  const std::size_t dimensions = byte_at(3);
  if (byte_at(0) != 0 || byte_at(1) != 0 || byte_at(2) != 8 || dimensions < 1 || dimensions > 4) {
    throw Error(fmt::format("{}: starts with bytes {:02x} {:02x} {:02x} {:02x}, expected "
                            "00 00 08 and 1 to 4 dimensions",
                            source, byte_at(0), byte_at(1), byte_at(2), byte_at(3)),
                "It is no IDX file of bytes.");
  }
  const std::size_t header = 4 + 4 * dimensions;
  if (bytes.size() < header) throw Error(fmt::format("{}: truncated IDX header", source));

  Tensor<std::uint8_t> tensor;
  std::size_t size = 1;
  bool overflow = false;
  for (std::size_t i = 4; i < header; i += 4) {
    const std::uint32_t d = std::uint32_t{byte_at(i)} << 24 | byte_at(i + 1) << 16 |
                            byte_at(i + 2) << 8 | byte_at(i + 3);
    tensor.shape.push_back(d);
    overflow |= __builtin_mul_overflow(size, std::size_t{d}, &size);
  }
  if (overflow || size != bytes.size() - header) {
    throw Error(fmt::format("{}: {} bytes of data do not fit the dimensions {}", source,
                            bytes.size() - header, fmt::join(tensor.shape, " x ")),
                "The file may be truncated.");
  }
  tensor.data.assign(bytes.begin() + static_cast<std::ptrdiff_t>(header), bytes.end());
  return tensor;
}

Tensor<std::uint8_t> read_idx(const std::string& path) {
  return parse_idx(read_file(path), path);
}

}  // namespace emamba
