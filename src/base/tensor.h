// SPDX-License-Identifier: Apache-2.0
// A dense array with a shape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace emamba {

// Row-major (C order): the last dimension is contiguous. data.size() is the product of shape, and 1
// for an empty shape.
template <class T>
struct Tensor {
  std::vector<std::size_t> shape;
  std::vector<T> data;

  bool empty() const { return data.empty(); }
  std::size_t size() const { return data.size(); }
  // Row `i` of the outermost dimension.
  const T* row(std::size_t i) const { return data.data() + i * (data.size() / shape[0]); }
  T* row(std::size_t i) { return data.data() + i * (data.size() / shape[0]); }
  bool operator==(const Tensor&) const = default;
};

template <class T>
Tensor<T> make_tensor(std::vector<std::size_t> shape) {
  std::size_t count = 1;
  for (std::size_t d : shape) count *= d;
  return {std::move(shape), std::vector<T>(count)};
}

// The index of element `position` of a row-major array: the inverse of "row times width plus
// column".
inline std::vector<std::size_t> index_of(const std::vector<std::size_t>& shape,
                                         std::size_t position) {
  std::vector<std::size_t> index(shape.size());
  for (std::size_t d = shape.size(); d-- > 0; position /= shape[d]) index[d] = position % shape[d];
  return index;
}

}  // namespace emamba
