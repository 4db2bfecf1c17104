// SPDX-License-Identifier: Apache-2.0
// The fast engine: golden's integers, to the bit, for whole sequences. An operation at a time runs
// over all tokens, vectorised in 32 bits where the program's types and proved widths allow that;
// where they do not, and where nothing is to be gained, golden computes it.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/tensor.h"
#include "exec/golden.h"

namespace emamba {

class Fast {
 public:
  // Validates the program and proves its accumulator widths.
  explicit Fast(Program program);

  const Program& program() const { return golden_.program(); }
  // The engine whose integers these are: of the same program.
  const Golden& golden() const { return golden_; }
  // Operations that have a kernel of their own.
  std::size_t vectorised() const;
  // As golden's, but that trace() uses what `edges` holds from an earlier sequence as memory.
  std::vector<std::int32_t> run(const Tensor<std::int32_t>& tokens) const;
  void trace(const Tensor<std::int32_t>& tokens, std::vector<Tensor<std::int32_t>>& edges) const;

 private:
  // From the edges so far to the next one.
  using Kernel =
      std::function<void(const std::vector<Tensor<std::int32_t>>& edges, Tensor<std::int32_t>& y)>;

  void walk(const Tensor<std::int32_t>& tokens, bool keep, std::vector<Tensor<std::int32_t>>& edges,
            std::vector<std::vector<std::int32_t>>& spare) const;

  Golden golden_;
  Walk walk_;
  std::vector<Kernel> kernels_;  // of each op; empty where golden computes it
};

}  // namespace emamba
