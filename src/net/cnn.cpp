// SPDX-License-Identifier: Apache-2.0
#include "net/cnn.h"

#include "net/builder.h"
#include "net/layers.h"

namespace emamba {

Network build_cnn(const std::string& name, const ModelSpec& model, const Input& input,
                  int outputs) {
  Network network;
  Builder builder = begin_vectors(network.program, name, input);
  auto [x, pooled] = add_layers(builder, model.layers);
  if (!pooled) x = add_pool(builder, "head.pool", x, PoolKind::kFlatten);
  builder.add(linear("head.out", x, builder.width(x), outputs, true), kAnswerBits);
  return network;
}

}  // namespace emamba
