// SPDX-License-Identifier: Apache-2.0
#include "net/mamba.h"

#include "base/error.h"
#include "net/builder.h"

namespace emamba {
namespace {

constexpr int kAnswerBits = 16, kTokenIdBits = 16;

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

Pwl silu(std::string name, EdgeIndex x, int width) {
  Pwl op;
  op.name = std::move(name);
  op.x = x;
  op.width = width;
  op.function = Function::kSilu;
  return op;
}

EdgeIndex add_block(Builder& b, const ModelSpec& m, const std::string& block, EdgeIndex x) {
  const int D = m.D, ED = m.ED(), R = m.R();
  const bool bias = m.projection_bias;

  RangeNorm norm;
  norm.name = block + "norm";
  norm.x = x;
  norm.width = D;
  norm.norm = m.norm;
  const EdgeIndex n = b.add(std::move(norm));

  const EdgeIndex gate = b.add(linear(block + "gate_proj", n, D, ED, bias));
  const EdgeIndex g = b.add(silu(block + "gate_silu", gate, ED));

  const EdgeIndex u = b.add(linear(block + "in_proj", n, D, ED, bias));
  DwConv conv;
  conv.name = block + "conv";
  conv.x = u;
  conv.width = ED;
  conv.taps = m.K;
  EdgeIndex c = b.add(std::move(conv));
  if (m.conv_activation == ConvActivation::kSilu) c = b.add(silu(block + "conv_silu", c, ED));

  const DeltaActivation act = m.delta_activation;
  const EdgeIndex rank =
      b.add(linear(block + "dt_in", c, ED, R, bias,
                   act == DeltaActivation::kReluBefore ? Activation::kRelu : Activation::kNone));
  const EdgeIndex delta = b.add(linear(block + "dt_proj", rank, R, ED, true,
                                       act == DeltaActivation::kReluAfter  ? Activation::kRelu
                                       : act == DeltaActivation::kSoftplus ? Activation::kSoftplus
                                                                           : Activation::kNone));
  Scan scan;
  scan.name = block + "scan";
  scan.x = c;
  scan.delta = delta;
  scan.B = b.add(linear(block + "b_proj", c, ED, m.N, false));
  scan.C = b.add(linear(block + "c_proj", c, ED, m.N, false));
  scan.width = ED;
  scan.states = m.N;
  const EdgeIndex s = b.add(std::move(scan));

  const EdgeIndex gated = b.add(Gate{block + "gate", s, g, ED});
  const EdgeIndex out = b.add(linear(block + "out_proj", gated, ED, D, bias));
  return b.add(Add{block + "residual", out, x, D});
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

}  // namespace

void check_mamba(const ModelSpec& m, const std::string& source) {
  const auto fail = [&](const std::string& what, const std::string& hint) {
    throw Error(source + ": " + what, hint);
  };
  if (m.head == Head::kFlattenMlp && m.head_hidden == 0) {
    fail("model.head = \"flatten-mlp\" needs model.head_hidden > 0",
         "set model.head_hidden, or use \"flatten-linear\"");
  }
  if (m.head != Head::kFlattenMlp && m.head_hidden != 0) {
    fail(fmt::format("model.head_hidden = {} has no meaning without model.head = \"flatten-mlp\"",
                     m.head_hidden),
         "remove it or change the head");
  }
  if (m.norm == Norm::kBatch) {
    fail("model.norm = \"batch\": blocks have none", "use range, layer or rms");
  }
  if (m.R() > m.ED()) {
    fail(fmt::format("model.dt_rank = {} is larger than the inner width E * D = {}", m.R(), m.ED()),
         "a rank above the width saves nothing");
  }
}

Network build_mamba(const std::string& name, const ModelSpec& model, const Input& input,
                    int outputs) {
  Network network;
  Program& program = network.program;
  program.name = name;
  program.input = input;
  program.edges.push_back({0, input.vector_width(), {input.vocab > 0 ? kTokenIdBits : 8, 0}});
  Builder builder{program};
  EdgeIndex x = add_embedding(builder, model);
  const auto first = static_cast<int>(program.ops.size());
  for (int i = 0; i < model.M; ++i) {
    const std::string block = fmt::format("blocks.{}.", i);
    x = add_block(builder, model, block, x);
    // Delta starts between 1e-3 and 1e-1, give or take the projection, whatever its activation.
    network.starts[block + "dt_proj.bias"] = {model.delta_activation == DeltaActivation::kSoftplus
                                                  ? Start::Kind::kLogUniformSoftplus
                                                  : Start::Kind::kLogUniform};
  }
  program.groups = {{first, (static_cast<int>(program.ops.size()) - first) / model.M, model.M}};
  add_head(builder, model, x, outputs);
  return network;
}

}  // namespace emamba
