// SPDX-License-Identifier: Apache-2.0
// Vectors and beats of a program's edges.
#include "hw/edges.h"

namespace emamba {

bool ends_sequence(const Program& program, EdgeIndex edge) {
  return program.edges[edge].vectors == 1;
}

int vectors_on(const Program& program, EdgeIndex edge) {
  return static_cast<int>(rows_of(program.edges[edge], program.input.vectors()));
}

const Pool* flattening(const Program& program, EdgeIndex edge) {
  const auto* pool = edge > 0 ? std::get_if<Pool>(&program.ops[edge - 1]) : nullptr;
  return pool != nullptr && pool->kind == PoolKind::kFlatten ? pool : nullptr;
}

Pieces pieces_of(const Program& program, EdgeIndex edge) {
  if (const Pool* pool = flattening(program, edge)) return {pool->tokens, pool->width};
  const auto* window = edge > 0 ? std::get_if<Window>(&program.ops[edge - 1]) : nullptr;
  if (window != nullptr) return {window->taps(), window->width};
  return {1, program.edges[edge].width};
}

EdgeIndex stream_edge(const Program& program, EdgeIndex edge) {
  const Pool* pool = flattening(program, edge);
  return pool != nullptr ? pool->x : edge;
}

std::int64_t arriving_beats(const Program& program, EdgeIndex edge, int lanes) {
  const Pieces pieces = pieces_of(program, edge);
  return pieces.count * beats_of(pieces.width, lanes);
}

}  // namespace emamba
