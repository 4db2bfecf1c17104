// SPDX-License-Identifier: Apache-2.0
// A program as a differentiable network: training walks its operations, whatever network they make
// up.
#pragma once

#include <torch/types.h>

#include <cstddef>
#include <optional>
#include <vector>

#include "ir/program.h"
#include "train/mamba_pattern.h"
#include "train/operations.h"
#include "train/parameters.h"

namespace emamba {

// Computes in real numbers; integers that the program has are not looked at. With fused kernels,
// every Mamba block among its operations is one differentiable operation (train/mamba_block.h), and
// so is every convolution.
class Graph {
 public:
  explicit Graph(Program network, Kernels kernels = Kernels::kFused);

  // tokens (B, vectors, width) of the input edge, normalised (or token ids) -> (B, outputs), the
  // last edge. Parameters by the operations' names; they and the tokens are all float or all
  // double. May run in several threads at a time.
  torch::Tensor forward(const Parameters& parameters, const torch::Tensor& tokens,
                        Statistics statistics = Statistics::kStored,
                        Dropout* dropout = nullptr) const;

 private:
  // An operation, or a block of several that ends in it.
  struct Node {
    std::size_t op;
    std::optional<MambaPattern> block;
    bool convolution = false;     // a Linear with the Window before it, which nobody else reads
    std::vector<EdgeIndex> done;  // edges that no later node reads
  };

  Program network_;
  Kernels kernels_;
  std::vector<Node> nodes_;
};

}  // namespace emamba
