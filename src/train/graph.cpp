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
  std::vector<bool> inner(count), convolution(count);
  for (std::size_t i = 0; i < count && kernels == Kernels::kFused; ++i) {
    blocks[i] = mamba_pattern(network_, i);
    if (!blocks[i]) continue;
    for (const std::size_t op : blocks[i]->inner) inner[op] = true;
  }
  for (std::size_t i = 1; i < count && kernels == Kernels::kFused; ++i) {
    const auto* linear = std::get_if<Linear>(&network_.ops[i]);
    if (linear == nullptr || linear->bias_rows > 1 || linear->x == 0) continue;
    const auto window = static_cast<std::size_t>(linear->x - 1);
    convolution[i] = std::holds_alternative<Window>(network_.ops[window]) &&
                     readers_of(network_, linear->x).size() == 1;
    if (convolution[i]) inner[window] = true;
  }
  std::vector<bool> read(network_.edges.size());  // by a later node
  read.back() = true;
  for (std::size_t i = count; i-- > 0;) {
    if (inner[i]) continue;
    Node node{i, std::move(blocks[i]), convolution[i], {}};
    std::vector<EdgeIndex> inputs = inputs_of(network_.ops[i]);
    if (node.block) inputs = {node.block->x};
    if (node.convolution) inputs = inputs_of(network_.ops[inputs[0] - 1]);
    for (const EdgeIndex x : inputs) {
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
    const Op& op = network_.ops[node.op];
    if (node.block) {
      edges[node.op + 1] =
          mamba_block(node.block->switches, edges[node.block->x], operands.sequences,
                      block_parameters(*node.block, parameters));
    } else if (node.convolution) {
      const Linear& linear = std::get<Linear>(op);
      edges[node.op + 1] =
          convolution(std::get<Window>(network_.ops[linear.x - 1]), linear, operands);
    } else {
      edges[node.op + 1] = compute(op, operands);
    }
    for (const EdgeIndex edge : node.done) edges[edge].reset();
  }
  return edges.back();
}

}  // namespace emamba
