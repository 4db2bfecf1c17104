// SPDX-License-Identifier: Apache-2.0
#include "exec/walk.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "net/testing.h"

namespace emamba {
namespace {

using Matrix = Tensor<std::int32_t>;

struct Memory {
  std::vector<Matrix> edges;
  std::vector<std::vector<std::int32_t>> spare;

  // Matrices that hold memory.
  std::size_t held() const {
    return spare.size() + static_cast<std::size_t>(std::count_if(
                              edges.begin(), edges.end(),
                              [](const Matrix& edge) { return edge.data.capacity() > 0; }));
  }
};

Program network_of_blocks(int blocks) {
  NetSpec spec;
  spec.model.M = blocks;
  return network_of(spec).program;
}

// The most matrices that hold memory at a time, of `walks` walks.
std::size_t most_held(const Program& program, Memory& memory, int walks) {
  Rng rng{1};
  const Matrix input = random_tokens(program, rng);
  std::size_t most = 0;
  const Walk walk(program);
  for (int i = 0; i < walks; ++i) {
    walk(program, input, false, memory.edges, memory.spare,
         [&](std::size_t, const auto&, auto&) { most = std::max(most, memory.held()); });
  }
  return most;
}

TEST(Walk, KeepsOnlyEdgesThatAreStillToBeRead) {
  Memory few, many;
  const std::size_t held = most_held(network_of_blocks(3), few, 1);
  EXPECT_EQ(most_held(network_of_blocks(12), many, 1), held);
  EXPECT_LT(held, std::size_t{10});
}

TEST(Walk, TakesNoMoreMemoryFromWalkToWalk) {
  Memory memory;
  const Program large = network_of_blocks(5), small = network_of_blocks(3);
  most_held(large, memory, 1), most_held(small, memory, 1);
  const std::size_t held = most_held(large, memory, 1);
  for (int i = 0; i < 10; ++i) {
    EXPECT_LE(most_held(small, memory, 3), held);
    EXPECT_LE(most_held(large, memory, 3), held);
  }
}

TEST(Walk, KeepsEveryEdgeOfATrace) {
  const Program program = network_of_blocks(3);
  Memory memory;
  Rng rng{1};
  const Walk walk(program);
  walk(program, random_tokens(program, rng), true, memory.edges, memory.spare,
       [](std::size_t, const auto&, auto&) {});
  for (std::size_t e = 0; e < program.edges.size(); ++e) {
    const auto rows = std::size_t(rows_of(program.edges[e], program.input.vectors()));
    EXPECT_EQ(memory.edges[e].shape,
              (std::vector<std::size_t>{rows, std::size_t(program.edges[e].width)}));
  }
}

}  // namespace
}  // namespace emamba
