// SPDX-License-Identifier: Apache-2.0
// The plan of a walk over a program's operations, made once, and the walk.
#include "train/graph.h"

#include <algorithm>
#include <utility>

#include "train/mamba_block.h"

namespace emamba {

Graph::Graph(Program network, Kernels kernels) : network_(std::move(network)), kernels_(kernels) {
  const std::size_t count = network_.ops.size();
  std::vector<std::optional<MambaPattern>> blocks(count);  // by their last operation
  std::vector<bool> inner(count);
  for (std::size_t i = 0; i < count && kernels == Kernels::kFused; ++i) {
    blocks[i] = mamba_pattern(network_, i);
    if (!blocks[i]) continue;
    for (const std::size_t op : blocks[i]->inner) inner[op] = true;
  }
  std::vector<bool> read(network_.edges.size());  // by a later node
  read.back() = true;
  for (std::size_t i = count; i-- > 0;) {
    if (inner[i]) continue;
    Node node{i, std::move(blocks[i]), {}};
    for (const EdgeIndex x :
         node.block ? std::vector<EdgeIndex>{node.block->x} : inputs_of(network_.ops[i])) {
      if (!read[x]) node.done.push_back(x);
      read[x] = true;
    }
    nodes_.push_back(std::move(node));
  }
  std::reverse(nodes_.begin(), nodes_.end());
}

torch::Tensor Graph::forward(const Parameters& parameters, const torch::Tensor& tokens,
                             Statistics statistics, Dropout* dropout) const {
  std::vector<torch::Tensor> edges(network_.edges.size());
  edges[0] = tokens.reshape({-1, tokens.size(2)});
  const Operands operands{.parameters = parameters,
                          .edges = edges,
                          .sequences = tokens.size(0),
                          .kernels = kernels_,
                          .statistics = statistics,
                          .dropout = dropout};
  for (const Node& node : nodes_) {
    edges[node.op + 1] =
        node.block ? mamba_block(node.block->switches, edges[node.block->x], operands.sequences,
                                 block_parameters(*node.block, parameters))
                   : compute(network_.ops[node.op], operands);
    for (const EdgeIndex edge : node.done) edges[edge].reset();
  }
  return edges.back();
}

}  // namespace emamba
