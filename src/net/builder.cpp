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

EdgeIndex add_pool(Builder& b, std::string name, EdgeIndex x, PoolKind kind) {
  Pool pool;
  pool.name = std::move(name);
  pool.x = x;
  pool.width = b.width(x);
  pool.tokens = b.vectors(x);
  pool.kind = kind;
  return b.add(std::move(pool));
}

EdgeIndex add_embedding(Builder& b, const ModelSpec& m, EdgeIndex x) {
  const int rows = m.position == Position::kLearned ? b.vectors(x) : 1;
  const int vocab = b.program.input.vocab;
  if (vocab > 0) {
    Embed embed;
    embed.name = "embed";
    embed.vocab = vocab;
    embed.out = m.D;
    embed.bias_rows = rows;
    return b.add(std::move(embed));
  }
  Linear embed = linear("embed", x, b.width(x), m.D, true);
  embed.bias_rows = rows;
  return b.add(std::move(embed));
}

void add_head(Builder& b, const ModelSpec& m, EdgeIndex x, int outputs) {
  x = add_pool(b, "head.pool", x,
               m.head == Head::kMeanLinear ? PoolKind::kMean : PoolKind::kFlatten);
  if (m.head == Head::kFlattenMlp) {
    x = b.add(linear("head.hidden", x, b.width(x), m.head_hidden, true, Activation::kRelu));
  }
  b.add(linear("head.out", x, b.width(x), outputs, true), kAnswerBits);
}

}  // namespace emamba
