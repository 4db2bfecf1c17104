// SPDX-License-Identifier: Apache-2.0
// The safetensors container: named arrays behind a JSON header.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/tensor.h"

namespace emamba {

enum class Dtype { kI8, kI16, kI32, kI64, kF16, kBf16, kF32, kF64 };

struct StoredTensor {
  Dtype dtype = Dtype::kF32;
  std::vector<std::size_t> shape;
  std::string bytes;  // little-endian, C order; product(shape) * size_of(dtype)
};

struct SafeTensors {
  std::map<std::string, std::string> metadata;  // the header's "__metadata__", without the hash
  std::map<std::string, StoredTensor> tensors;
  bool hashed = false;  // was read from a file that holds the hash of its contents, which fits
};

// The metadata entry with the SHA-256 of everything else: the header as JSON without blanks, keys
// in byte order and without this entry, and the data.
inline constexpr char kHashKey[] = "emamba.sha256";

// What may name a tensor: 1 to 256 bytes without control characters.
bool is_name(std::string_view text);

// Checks everything before using it: header length and JSON depth, names, dtypes, shapes (also
// products that overflow), offsets (in range, in order, no gaps, no overlaps), and the hash of the
// contents where there is one. Throws Error with `source`, the tensor and the value.
SafeTensors parse_safetensors(std::string_view bytes, const std::string& source);
SafeTensors read_safetensors(const std::string& path);
// Deterministic: tensors in name order, header padded with spaces to 8 bytes, with the hash of the
// contents.
std::string serialise_safetensors(const SafeTensors& file);
void write_safetensors(const std::string& path, const SafeTensors& file);

// Conversions. T is one of int8_t, int16_t, int32_t, int64_t, float, double. `to_tensor` throws
// Error (naming `name`) when the stored dtype is not T's.
template <class T>
StoredTensor store(const Tensor<T>& tensor);
// As BF16 where that loses nothing, else as F32.
StoredTensor store_short(const Tensor<float>& tensor);
template <class T>
Tensor<T> to_tensor(const StoredTensor& stored, const std::string& name);
// Floating-point numbers of any dtype, each the nearest float. Throws Error (naming `name`) for
// integers, and for a finite F64 beyond float's range.
Tensor<float> to_floats(const StoredTensor& stored, const std::string& name);

}  // namespace emamba
