// SPDX-License-Identifier: Apache-2.0
#include "net/builder.h"

namespace emamba {

Linear linear(std::string name, EdgeIndex x, int in, int out, bool bias, Activation activation) {
  Linear op;
  op.name = std::move(name);
  op.x = x;
  op.in = in;
  op.out = out;
  op.bias_rows = bias ? 1 : 0;
  op.activation = activation;
  return op;
}

RangeNorm norm(std::string name, EdgeIndex x, int width, Norm norm) {
  RangeNorm op;
  op.name = std::move(name);
  op.x = x;
  op.width = width;
  op.norm = norm;
  return op;
}

Pwl function(std::string name, EdgeIndex x, int width, Function function) {
  Pwl op;
  op.name = std::move(name);
  op.x = x;
  op.width = width;
  op.function = function;
  return op;
}

Builder begin_vectors(Program& program, const std::string& name, const Input& input) {
  program.name = name;
  program.input = input;
  program.edges.push_back({0, input.vector_width(), {input.vocab > 0 ? kTokenIdBits : 8, 0}});
  return {program};
}

EdgeIndex add_embedding(Builder& b, const ModelSpec& m) {
  const Input& input = b.program.input;
  const int rows = m.position == Position::kLearned ? input.vectors() : 1;
  if (input.vocab > 0) {
    Embed embed;
    embed.name = "embed";
    embed.vocab = input.vocab;
    embed.out = m.D;
    embed.bias_rows = rows;
    return b.add(std::move(embed));
  }
  Linear embed = linear("embed", 0, input.vector_width(), m.D, true);
  embed.bias_rows = rows;
  return b.add(std::move(embed));
}

void add_head(Builder& b, const ModelSpec& m, EdgeIndex x, int outputs) {
  Pool pool;
  pool.name = "head.pool";
  pool.x = x;
  pool.width = m.D;
  pool.tokens = b.program.input.vectors();
  pool.kind = m.head == Head::kMeanLinear ? PoolKind::kMean : PoolKind::kFlatten;
  x = b.add(std::move(pool));
  int width = b.program.edges[x].width;
  if (m.head == Head::kFlattenMlp) {
    x = b.add(linear("head.hidden", x, width, m.head_hidden, true, Activation::kRelu));
    width = m.head_hidden;
  }
  b.add(linear("head.out", x, width, outputs, true), kAnswerBits);
}

}  // namespace emamba
