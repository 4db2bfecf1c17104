// SPDX-License-Identifier: Apache-2.0
#include "net/vit.h"

#include <cmath>

#include "base/error.h"
#include "net/builder.h"
#include "net/layers.h"

namespace emamba {
namespace {

constexpr double kBranchStart = 0.1;  // of what a Linear's weights start with otherwise

EdgeIndex add_attention(Builder& b, const ModelSpec& m, const std::string& block, EdgeIndex x) {
  const EdgeIndex n = b.add(norm(block + "attention_norm", x, m.D, m.norm));
  Attention attention;
  attention.name = block + "attention";
  attention.queries = b.add(linear(block + "q_proj", n, m.D, m.D, true));
  attention.keys = b.add(linear(block + "k_proj", n, m.D, m.D, true));
  attention.values = b.add(linear(block + "v_proj", n, m.D, m.D, true));
  attention.width = m.D;
  attention.heads = m.heads;
  attention.tokens = b.vectors(x);
  const EdgeIndex a = b.add(std::move(attention));
  const EdgeIndex out = b.add(linear(block + "out_proj", a, m.D, m.D, true));
  return b.add(Add{block + "attention_residual", out, x, m.D});
}

EdgeIndex add_mlp(Builder& b, const ModelSpec& m, const std::string& block, EdgeIndex x) {
  const EdgeIndex n = b.add(norm(block + "mlp_norm", x, m.D, m.norm));
  const bool relu = m.mlp_activation == Function::kRelu;
  EdgeIndex h = b.add(
      linear(block + "mlp_in", n, m.D, m.ED(), true, relu ? Activation::kRelu : Activation::kNone));
  if (!relu) h = b.add(function(block + "mlp_activation", h, m.ED(), m.mlp_activation));
  const EdgeIndex out = b.add(linear(block + "mlp_out", h, m.ED(), m.D, true));
  return b.add(Add{block + "mlp_residual", out, x, m.D});
}

}  // namespace

void check_vit(const ModelSpec& m, const Input& input, const std::string& source) {
  if (!m.layers.empty() && input.vocab > 0) {
    throw Error(source + ": model.layers have no meaning for token ids", "remove them");
  }
  if (m.D % m.heads != 0) {
    int nearest = m.heads;
    while (m.D % nearest != 0) --nearest;
    throw Error(
        fmt::format("{}: model.heads = {} does not divide model.D = {}", source, m.heads, m.D),
        fmt::format("set model.heads to {}, or model.D to {}", nearest,
                    (m.D / m.heads + 1) * m.heads));
  }
  if (m.mlp_activation == Function::kExp) {
    throw Error(source + ": model.mlp_activation = \"exp\": grows beyond all integers",
                "use gelu, relu or silu");
  }
}

Network build_vit(const std::string& name, const ModelSpec& model, const Input& input,
                  int outputs) {
  Network network;
  Program& program = network.program;
  Builder builder = begin_vectors(program, name, input);
  const EdgeIndex grid = add_layers(builder, model.layers).x;
  if (builder.vectors(grid) < 2) {
    throw Error("attention over one vector, whose softmax is always 1",
                "choose a smaller model.P, or model.layers that leave a grid");
  }
  EdgeIndex x = add_embedding(builder, model, grid);
  const auto first = static_cast<int>(program.ops.size());
  for (int i = 0; i < model.M; ++i) {
    const std::string block = fmt::format("blocks.{}.", i);
    x = add_attention(builder, model, block, x);
    x = add_mlp(builder, model, block, x);
    for (const auto& [branch, inputs] : {std::pair{"out_proj", model.D}, {"mlp_out", model.ED()}}) {
      network.starts[block + branch + ".weight"] = {
          Start::Kind::kUniform, kBranchStart / std::sqrt(static_cast<double>(inputs))};
    }
  }
  program.groups = {{first, (static_cast<int>(program.ops.size()) - first) / model.M, model.M}};
  x = builder.add(norm("head.norm", x, model.D, model.norm));
  add_head(builder, model, x, outputs);
  return network;
}

}  // namespace emamba
