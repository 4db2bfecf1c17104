// SPDX-License-Identifier: Apache-2.0
// A sequence's way through a program, operation by operation: what engines that go over whole
// matrices have in common.
#pragma once

#include <cstddef>
#include <vector>

#include "base/tensor.h"
#include "ir/program.h"

namespace emamba {

// Which edges end where. Every call takes the program that it was made for.
class Walk {
 public:
  explicit Walk(const Program& program);

  // Throws Error when the program cannot run on `vectors` vectors of `width` numbers.
  void require_input(const Program& program, std::size_t vectors, std::size_t width) const;

  // Runs every operation on the edges so far, run_op(i, edges, y), from edges[0] = `input`. With
  // `keep`, all edges (rows, width) are there at the end; otherwise an edge lives until its last
  // reader has run, only the answer stays, and its memory serves later edges and later walks.
  template <class T, class RunOp>
  void operator()(const Program& program, const Tensor<T>& input, bool keep,
                  std::vector<Tensor<T>>& edges, std::vector<std::vector<T>>& spare,
                  const RunOp& run_op) const {
    require_input(program, input.shape.at(0), input.shape.at(1));
    const int length = static_cast<int>(input.shape[0]);
    edges.resize(program.edges.size());
    const auto open = [&](std::size_t e) -> Tensor<T>& {
      Tensor<T>& y = edges[e];
      const Edge& edge = program.edges[e];
      y.shape = {std::size_t(rows_of(edge, length)), std::size_t(edge.width)};
      if (y.data.capacity() == 0 && !spare.empty()) {
        y.data = std::move(spare.back());
        spare.pop_back();
      }
      y.data.resize(y.shape[0] * y.shape[1]);
      return y;
    };
    open(0).data = input.data;
    for (std::size_t i = 0; i < program.ops.size(); ++i) {
      run_op(i, edges, open(i + 1));
      if (keep) continue;
      for (EdgeIndex x : ends_[i]) {
        spare.push_back(std::move(edges[x].data));
        edges[x] = {};
      }
    }
  }

 private:
  int length_;                                // that a sequence must have, or 0
  std::vector<std::vector<EdgeIndex>> ends_;  // of each op: the edges that it is the last to need
};

}  // namespace emamba
