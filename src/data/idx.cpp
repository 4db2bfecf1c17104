// SPDX-License-Identifier: Apache-2.0
// An IDX file: 0, 0, the number type (8: unsigned byte), the number of dimensions, each dimension
// in 4 bytes (big-endian), then the data in C order.
#include "data/idx.h"

#include "base/error.h"
#include "base/files.h"

namespace emamba {
namespace {

constexpr std::size_t kMaxHeader = 4 + 4 * 4;

// The dimensions that the header says.
std::vector<std::size_t> parse_dimensions(std::string_view bytes, const std::string& source) {
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
  std::vector<std::size_t> shape;
  for (std::size_t i = 4; i < header; i += 4) {
    shape.push_back(std::uint32_t{byte_at(i)} << 24 | byte_at(i + 1) << 16 | byte_at(i + 2) << 8 |
                    byte_at(i + 3));
  }
  return shape;
}

}  // namespace

Tensor<std::uint8_t> parse_idx(std::string_view bytes, const std::string& source,
                               std::size_t max_bytes) {
  const bool packed = bytes.starts_with("\x1f\x8b");
  std::string unpacked;
  if (packed) unpacked = unpack_gzip(bytes, source, kMaxHeader);
  Tensor<std::uint8_t> tensor;
  tensor.shape = parse_dimensions(packed ? unpacked : bytes, source);
  std::size_t size = 1;
  bool overflow = false;
  for (std::size_t d : tensor.shape) overflow |= __builtin_mul_overflow(size, d, &size);
  const std::string dimensions = fmt::format("dimensions {}", fmt::join(tensor.shape, " x "));
  if (overflow || size > max_bytes) {
    throw Error(fmt::format("{}: {}: at most {} bytes make sense", source, dimensions, max_bytes),
                "Its header may be damaged: get the file again.");
  }
  const std::size_t header = 4 + 4 * tensor.shape.size();
  if (packed) {
    // One byte more than there should be: whatever else a stream unpacks to stays packed.
    unpacked = unpack_gzip(bytes, source, header + size + 1);
    bytes = unpacked;
  }
  if (bytes.size() < header + size) {
    throw Error(fmt::format("{}: {} bytes of data do not fill the {}", source,
                            bytes.size() - header, dimensions),
                "The file may be truncated.");
  }
  if (bytes.size() > header + size) {
    throw Error(fmt::format("{}: more than the {} bytes of data that fill the {}", source, size,
                            dimensions),
                "Something was appended to it, or its header is damaged: get the file again.");
  }
  tensor.data.assign(bytes.begin() + static_cast<std::ptrdiff_t>(header), bytes.end());
  return tensor;
}

Tensor<std::uint8_t> read_idx(const std::string& path, std::size_t max_bytes) {
  return parse_idx(read_file(path), path, max_bytes);
}

}  // namespace emamba
