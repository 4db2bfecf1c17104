// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4) of bytes that come in pieces.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace emamba {

class Sha256 {
 public:
  void update(std::string_view bytes);
  // The hash of all bytes, in lower-case hexadecimal. Nothing can be added after it.
  std::string finish();

 private:
  void add_block(const unsigned char* block);

  // The first 32 bits of the fractional parts of the square roots of the first 8 primes.
  std::array<std::uint32_t, 8> hash_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> block_;
  std::size_t filled_ = 0;   // bytes of block_ in use
  std::uint64_t total_ = 0;  // bytes seen
};

// Of the bytes; of a file, read in pieces. Throws as read_file() does.
std::string sha256(std::string_view bytes);
std::string sha256_file(const std::string& path);

}  // namespace emamba
