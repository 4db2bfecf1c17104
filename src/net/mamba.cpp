// SPDX-License-Identifier: Apache-2.0
#include "net/mamba.h"

#include "base/error.h"
#include "net/builder.h"

namespace emamba {
namespace {

EdgeIndex add_block(Builder& b, const ModelSpec& m, const std::string& block, EdgeIndex x) {
  const int D = m.D, ED = m.ED(), R = m.R();
  const bool bias = m.projection_bias;

  const EdgeIndex n = b.add(norm(block + "norm", x, D, m.norm));

  const EdgeIndex gate = b.add(linear(block + "gate_proj", n, D, ED, bias));
  const EdgeIndex g = b.add(function(block + "gate_silu", gate, ED, Function::kSilu));

  const EdgeIndex u = b.add(linear(block + "in_proj", n, D, ED, bias));
  DwConv conv;
  conv.name = block + "conv";
  conv.x = u;
  conv.width = ED;
  conv.taps = m.K;
  EdgeIndex c = b.add(std::move(conv));
  if (m.conv_activation == ConvActivation::kSilu) {
    c = b.add(function(block + "conv_silu", c, ED, Function::kSilu));
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
  const EdgeIndex s = b.add(std::move(scan));

  const EdgeIndex gated = b.add(Gate{block + "gate", s, g, ED});
  const EdgeIndex out = b.add(linear(block + "out_proj", gated, ED, D, bias));
  return b.add(Add{block + "residual", out, x, D});
}

}  // namespace

void check_mamba(const ModelSpec& m, const std::string& source) {
  const auto fail = [&](const std::string& what, const std::string& hint) {
    throw Error(source + ": " + what, hint);
  };
  if (m.R() > m.ED()) {
    fail(fmt::format("model.dt_rank = {} is larger than the inner width E * D = {}", m.R(), m.ED()),
         "a rank above the width saves nothing");
  }
}

Network build_mamba(const std::string& name, const ModelSpec& model, const Input& input,
                    int outputs) {
  Network network;
  Program& program = network.program;
  Builder builder = begin_vectors(program, name, input);
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
