// SPDX-License-Identifier: Apache-2.0
// Reads and writes NumPy's .npy files of numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/tensor.h"

namespace emamba {

enum class NpyKind { kBool, kSigned, kUnsigned, kFloat };

// What a file says of its array, before the numbers.
struct NpyHeader {
  NpyKind kind = NpyKind::kFloat;
  std::size_t number_bytes = 4;  // 1, 2, 4 or 8
  bool big_endian = false;
  bool fortran_order = false;  // the first index runs fastest in the file
  std::vector<std::size_t> shape;

  std::size_t count() const;  // of numbers
  std::string dtype() const;  // as NumPy names it, e.g. "float32"
  bool operator==(const NpyHeader&) const = default;
};

// Readable are format versions 1.0, 2.0 and 3.0, floating-point numbers of 16, 32 and 64 bits,
// integers of 8 to 64 bits and bool, in either byte order, in C or Fortran order, in up to 8
// dimensions and up to 2^30 numbers. Everything else is refused by name, before memory is taken for
// it: objects (which would be pickled programs), text, complex numbers, records, dates; and a file
// whose bytes are not exactly those of its shape. Throws Error, naming the file or `source`.

// The header alone; of a file, without reading the numbers.
NpyHeader parse_npy_header(std::string_view bytes, const std::string& source);
NpyHeader read_npy_header(const std::string& path);

// The numbers, in C order. What float cannot hold is rounded to the nearest (beyond 2^24 not every
// integer is a float), float64 beyond its range to infinity; false and true are 0 and 1.
Tensor<float> parse_npy(std::string_view bytes, const std::string& source);
Tensor<float> read_npy(const std::string& path);

// The numbers, each exactly, in C order. Throws Error, naming the first one and its index, when one
// is no whole number or does not fit 64 bits with sign.
Tensor<std::int64_t> parse_npy_integers(std::string_view bytes, const std::string& source);
Tensor<std::int64_t> read_npy_integers(const std::string& path);

// Version 1.0, little-endian, C order, dtype of T: float or std::int64_t. Equal tensors are equal
// bytes. write_npy() leaves a complete file or the one that was there.
template <class T>
std::string serialise_npy(const Tensor<T>& tensor);
template <class T>
void write_npy(const std::string& path, const Tensor<T>& tensor);

}  // namespace emamba
