// SPDX-License-Identifier: Apache-2.0
// From a spec to its program without weights: the one place that knows how a Mamba block is built.
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "ir/lower.h"
#include "ir/parameters.h"

namespace emamba {
namespace {

// Appends ops and their edges; remembers nothing else.
struct Builder {
  Program& program;

  template <class AnyOp>
  EdgeIndex add(AnyOp op, int bits = 8) {
    program.ops.emplace_back(std::move(op));
    const Op& added = program.ops.back();
    const int vectors = out_vectors(added, program.edges[inputs_of(added)[0]].vectors);
    program.edges.push_back({vectors, static_cast<int>(out_width(added)), {bits, 0}});
    return static_cast<EdgeIndex>(program.ops.size());
  }
};

Linear linear(std::string name, EdgeIndex x, int in, int out, bool bias,
              Activation activation = Activation::kNone) {
  Linear op;
  op.name = std::move(name);
  op.x = x;
  op.in = in;
  op.out = out;
  op.bias_rows = bias ? 1 : 0;
  op.activation = activation;
  return op;
}

EdgeIndex lower_embedding(Builder& b, const Spec& spec) {
  const int rows = spec.model.position == Position::kLearned ? spec.L() : 1;
  if (spec.shape().vocab > 0) {
    Embed embed;
    embed.name = "embed";
    embed.vocab = spec.shape().vocab;
    embed.out = spec.model.D;
    embed.bias_rows = rows;
    return b.add(std::move(embed));
  }
  Linear embed = linear("embed", 0, spec.token_width(), spec.model.D, true);
  embed.bias_rows = rows;
  return b.add(std::move(embed));
}

EdgeIndex lower_block(Builder& b, const Spec& spec, const std::string& block, EdgeIndex x) {
  const ModelSpec& m = spec.model;
  const int D = m.D, ED = spec.ED(), R = spec.R();
  const bool bias = m.projection_bias;

  RangeNorm norm;
  norm.name = block + "norm";
  norm.x = x;
  norm.width = D;
  norm.norm = m.norm;
  const EdgeIndex n = b.add(std::move(norm));

  const EdgeIndex gate = b.add(linear(block + "gate_proj", n, D, ED, bias));
  Pwl gate_silu;
  gate_silu.name = block + "gate_silu";
  gate_silu.x = gate;
  gate_silu.width = ED;
  const EdgeIndex g = b.add(std::move(gate_silu));

  const EdgeIndex u = b.add(linear(block + "in_proj", n, D, ED, bias));
  DwConv conv;
  conv.name = block + "conv";
  conv.x = u;
  conv.width = ED;
  conv.taps = m.K;
  EdgeIndex c = b.add(std::move(conv));
  if (m.conv_activation == ConvActivation::kSilu) {
    Pwl conv_silu;
    conv_silu.name = block + "conv_silu";
    conv_silu.x = c;
    conv_silu.width = ED;
    c = b.add(std::move(conv_silu));
  }

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
  scan.state_type.bits = spec.quant.state_bits;
  const EdgeIndex s = b.add(std::move(scan));

  const EdgeIndex gated = b.add(Gate{block + "gate", s, g, ED});
  const EdgeIndex out = b.add(linear(block + "out_proj", gated, ED, D, bias));
  return b.add(Add{block + "residual", out, x, D});
}

void lower_head(Builder& b, const Spec& spec, EdgeIndex x) {
  const ModelSpec& m = spec.model;
  Pool pool;
  pool.name = "head.pool";
  pool.x = x;
  pool.width = m.D;
  pool.tokens = spec.L();
  pool.kind = m.head == Head::kMeanLinear ? PoolKind::kMean : PoolKind::kFlatten;
  int width = pool.kind == PoolKind::kMean ? m.D : m.D * spec.L();
  x = b.add(std::move(pool));
  if (m.head == Head::kFlattenMlp) {
    x = b.add(linear("head.hidden", x, width, m.head_hidden, true, Activation::kRelu));
    width = m.head_hidden;
  }
  b.add(linear("head.out", x, width, spec.shape().outputs, true), spec.quant.output_bits);
}

}  // namespace

Input input_of(const Spec& spec) {
  const TaskShape shape = spec.shape();
  Input input;
  input.height = shape.height, input.width = shape.width, input.channels = shape.channels;
  input.vocab = shape.vocab;
  if (shape.vocab == 0) {
    input.patch = {spec.model.P, spec.model.P};
    input.overlap = {spec.model.overlap, spec.model.overlap};
  }
  return input;
}

Program lower(const Spec& spec) {
  Program program;
  program.name = spec.name;
  program.input = input_of(spec);
  program.config = to_json(spec).dump();
  const int input_bits = spec.shape().vocab > 0 ? 16 : 8;
  program.edges.push_back({0, program.input.vector_width(), {input_bits, 0}});
  Builder builder{program};
  EdgeIndex x = lower_embedding(builder, spec);
  const auto first = static_cast<int>(program.ops.size());
  for (int i = 0; i < spec.model.M; ++i) {
    x = lower_block(builder, spec, fmt::format("blocks.{}.", i), x);
  }
  const int blocks = static_cast<int>(program.ops.size()) - first;
  program.groups = {{first, blocks / spec.model.M, spec.model.M}};
  lower_head(builder, spec, x);
  return program;
}

std::size_t parameter_count(const Spec& spec) {
  return parameter_count(lower(spec));
}

Spec spec_of(const Program& program) {
  return spec_from_json(parse_json(program.config, "configuration"), "configuration");
}

}  // namespace emamba
