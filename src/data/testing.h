// SPDX-License-Identifier: Apache-2.0
// Helpers of the tests.
#pragma once

#include "data/dataset.h"

namespace emamba {

// A split of so many samples of one number; answers are added by the test.
inline Split bare_split(std::size_t count) {
  Split split;
  split.name = "test";
  split.inputs = make_tensor<float>({count, 1, 1, 1});
  return split;
}

}  // namespace emamba
