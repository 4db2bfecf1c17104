// SPDX-License-Identifier: Apache-2.0
// Edges of a program as streams: how many vectors a sequence has on them, and how many beats a
// vector.
#pragma once

#include <cstdint>

#include "ir/program.h"

namespace emamba {

// Beats of `words` numbers that a vector of `width` takes.
constexpr std::int64_t beats_of(std::int64_t width, std::int64_t words) {
  return (width + words - 1) / words;
}

// Whether an edge carries one vector a sequence, and none for every token.
bool ends_sequence(const Program& program, EdgeIndex edge);
// Vectors of a sequence on an edge.
int vectors_on(const Program& program, EdgeIndex edge);

// The operation that flattens a sequence onto `edge`; null if there is none. It has no hardware:
// a flattened edge is its input, told otherwise.
const Pool* flattening(const Program& program, EdgeIndex edge);
// How a vector arrives: in pieces, each in beats of its own. A window comes place by place, a
// flattened sequence vector by vector; of all else a vector is one piece.
struct Pieces {
  std::int64_t count = 1;
  int width = 0;
};
Pieces pieces_of(const Program& program, EdgeIndex edge);
// The edge whose stream carries the numbers of `edge`.
EdgeIndex stream_edge(const Program& program, EdgeIndex edge);
// Beats of Lanes numbers in which a vector arrives at input edge `edge`.
std::int64_t arriving_beats(const Program& program, EdgeIndex edge, int lanes);

}  // namespace emamba
