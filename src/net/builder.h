// SPDX-License-Identifier: Apache-2.0
// What builders of networks share: appending operations and their edges.
#pragma once

#include <string>
#include <utility>

#include "ir/program.h"

namespace emamba {

// Appends ops and their edges; remembers nothing else.
struct Builder {
  Program& program;

  // The edge that the op writes.
  template <class AnyOp>
  EdgeIndex add(AnyOp op, int bits = 8) {
    program.ops.emplace_back(std::move(op));
    const Op& added = program.ops.back();
    const int vectors = out_vectors(added, program.edges[inputs_of(added)[0]].vectors);
    program.edges.push_back({vectors, static_cast<int>(out_width(added)), {bits, 0}});
    return static_cast<EdgeIndex>(program.ops.size());
  }
};

inline Linear linear(std::string name, EdgeIndex x, int in, int out, bool bias,
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

}  // namespace emamba
