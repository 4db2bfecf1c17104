// SPDX-License-Identifier: Apache-2.0
// The fast engine's values on all edges of a batch, and the walk that makes them differentiable.
#include "train/quantised_network.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "train/operations.h"
#include "train/straight_through.h"

namespace emamba {
namespace {

using At = torch::Tensor;

}  // namespace

std::vector<At> integer_edges(const Fast& engine, const At& tokens, int threads) {
  const Program& program = engine.program();
  const std::int64_t batch = tokens.size(0);
  const int length = static_cast<int>(tokens.size(1));
  std::vector<At> result;
  for (const Edge& edge : program.edges) {
    result.push_back(torch::empty({batch * rows_of(edge, length), edge.width}));
  }
  parallel_for(static_cast<std::size_t>(batch), threads, [&](std::size_t b) {
    auto sample = make_tensor<float>(
        {static_cast<std::size_t>(tokens.size(1)), static_cast<std::size_t>(tokens.size(2))});
    std::copy_n(tokens.data_ptr<float>() + b * sample.size(), sample.size(), sample.data.begin());
    thread_local std::vector<Tensor<std::int32_t>> edges;  // fresh memory is slow
    engine.trace(quantise_tokens(sample, program.edges[0].type), edges);
    for (std::size_t i = 0; i < edges.size(); ++i) {
      const float step = std::ldexp(1.0f, program.edges[i].type.exp);
      std::transform(edges[i].data.begin(), edges[i].data.end(),
                     result[i].data_ptr<float>() + b * edges[i].size(),
                     [&](std::int32_t q) { return static_cast<float>(q) * step; });
    }
  });
  return result;
}

std::vector<At> differentiable_edges(const Program& program, const Parameters& parameters,
                                     const std::vector<At>& edges) {
  std::vector<At> result{edges[0]};
  const Operands operands{
      .parameters = parameters,
      .edges = result,
      .sequences = edges[0].size(0) / rows_of(program.edges[0], program.input.vectors()),
      .integers = &program};
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    const NumberType type = program.edges[i + 1].type;
    const At step = torch::full({1}, std::ldexp(1.0f, type.exp));
    const At exact = compute(program.ops[i], operands);
    result.push_back(straight_through(exact, edges[i + 1], step, type.bits));
  }
  return result;
}

}  // namespace emamba
