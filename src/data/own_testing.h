// SPDX-License-Identifier: Apache-2.0
// Users' own data for tests: small files in a folder that disappears.
#pragma once

#include <string>
#include <vector>

#include "base/npy.h"
#include "base/testing.h"
#include "data/own_data.h"

namespace emamba {

// Ten training and four test samples of two classes, 6 steps of 2 channels each: number i of a file
// is i / 8, so that no two samples are equal.
class OwnFiles {
 public:
  OwnFiles() {
    for (const auto& [part, samples] : {std::pair("train", 10), std::pair("test", 4)}) {
      const auto count = static_cast<std::size_t>(samples);
      const float first = part == std::string("train") ? 0 : 100;
      auto x = make_tensor<float>({count, 6, 2});
      for (std::size_t i = 0; i < x.size(); ++i) x.data[i] = first + static_cast<float>(i) / 8;
      auto y = make_tensor<std::int64_t>({count});
      for (std::size_t i = 0; i < count; ++i) y.data[i] = static_cast<std::int64_t>(i % 2);
      write(std::string("x_") + part, x);
      write(std::string("y_") + part, y);
    }
    data.train = {path("x_train"), path("y_train")};
    data.test = {path("x_test"), path("y_test")};
  }

  std::string path(const std::string& name) const { return folder_ / (name + ".npy"); }
  template <class T>
  void write(const std::string& name, const Tensor<T>& tensor) const {
    write_npy(path(name), tensor);
  }

  OwnData data;

 private:
  TestFolder folder_;
};

}  // namespace emamba
