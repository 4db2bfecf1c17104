// SPDX-License-Identifier: Apache-2.0
// What builders of networks share: appending operations and their edges, and the embedding and the
// head of those that work on vectors of one width.
#pragma once

#include <string>
#include <utility>

#include "ir/program.h"
#include "net/config.h"

namespace emamba {

inline constexpr int kAnswerBits = 16, kTokenIdBits = 16;

// Appends ops and their edges; remembers nothing else.
struct Builder {
  Program& program;

  int width(EdgeIndex x) const { return program.edges[x].width; }
  int vectors(EdgeIndex x) const { return rows_of(program.edges[x], program.input.vectors()); }

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

Linear linear(std::string name, EdgeIndex x, int in, int out, bool bias,
              Activation activation = Activation::kNone);
RangeNorm norm(std::string name, EdgeIndex x, int width, Norm norm);
Pwl function(std::string name, EdgeIndex x, int width, Function function);

// An empty program's name, input and input edge.
Builder begin_vectors(Program& program, const std::string& name, const Input& input);
// All vectors at x as one.
EdgeIndex add_pool(Builder& builder, std::string name, EdgeIndex x, PoolKind kind);
// embed: of the vectors or token ids at x to D numbers, with a bias, or one for every vector.
EdgeIndex add_embedding(Builder& builder, const ModelSpec& model, EdgeIndex x = 0);
// head.{pool, hidden, out}: from all vectors of D numbers at x to the answer.
void add_head(Builder& builder, const ModelSpec& model, EdgeIndex x, int outputs);

}  // namespace emamba
