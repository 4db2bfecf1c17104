// SPDX-License-Identifier: Apache-2.0
#include "exec/float_kernels.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/rng.h"

namespace emamba::exact {
namespace {

std::vector<float> random_numbers(std::size_t count, Rng& rng) {
  std::vector<float> numbers(count);
  for (float& v : numbers) v = static_cast<float>(rng.uniform() - 0.5);
  return numbers;
}

// Bit for bit, with rows and outputs that fill no tile.
TEST(FloatKernels, SumsAreThoseOfThePlainLoop) {
  Rng rng{1};
  for (int rows : {1, 2, 4, 7}) {
    for (int in : {1, 5, 33}) {
      for (int out : {1, 15, 16, 17, 40}) {
        const auto x = random_numbers(std::size_t(rows * in), rng);
        const auto weight = random_numbers(std::size_t(in * out), rng);
        auto y = random_numbers(std::size_t(rows * out), rng), expected = y;
        for (int r = 0; r < rows; ++r) {
          for (int o = 0; o < out; ++o) {
            volatile float sum = expected[r * out + o];
            for (int i = 0; i < in; ++i) {
              const volatile float product = x[r * in + i] * weight[i * out + o];
              sum = sum + product;
            }
            expected[r * out + o] = sum;
          }
        }
        add_products({rows, in, out, in, out, out}, x.data(), weight.data(), y.data());
        EXPECT_EQ(y, expected) << rows << " " << in << " " << out;
      }
    }
  }
}

}  // namespace
}  // namespace emamba::exact
