// SPDX-License-Identifier: Apache-2.0
// Every operation of a program in differentiable tensor operations: what training, with rounding
// and without, is made of.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "base/rng.h"
#include "ir/program.h"
#include "train/parameters.h"

namespace emamba {

// kPlain uses ordinary tensor operations throughout: the slow twin that the fused operations are
// checked against.
enum class Kernels { kFused, kPlain };

// Mean and variance of a batch norm: those stored with its parameters, or those of the batch, which
// may also move the stored ones.
enum class Statistics { kStored, kBatch, kMoving };

// Numbers become 0 with this probability, and the others as much larger.
struct Dropout {
  double probability = 0;
  Rng rng;
};

// What an operation computes from. Parameters and edges are all float or all double.
struct Operands {
  const Parameters& parameters;
  const std::vector<torch::Tensor>& edges;  // (sequences * vectors, width); those that it reads
  std::int64_t sequences;                   // of the batch
  Kernels kernels = Kernels::kFused;
  // The program whose operation it is, if its integers are to stand in the place of the parameters
  // that they were rounded from (float only), and its lines in the place of SiLU, where it has
  // lines; null: the parameters as they are, and SiLU itself. Gradients of the integers pass
  // straight through (train/straight_through.h).
  const Program* integers = nullptr;
  Statistics statistics = Statistics::kStored;
  Dropout* dropout = nullptr;  // of Linears that read one vector a sequence, if there is any
};

// The edge that a Linear writes which reads a Window, from the edge that the Window reads: the same
// numbers as of the two one by one, without all the windows in memory. Real numbers only.
torch::Tensor convolution(const Window& window, const Linear& op, const Operands& operands);

// The edge that the operation writes, before any rounding: (sequences * vectors, width).
torch::Tensor compute(const Op& op, const Operands& operands);

}  // namespace emamba
