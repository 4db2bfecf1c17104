// SPDX-License-Identifier: Apache-2.0
// em_max: the largest of numbers that come in the same beat and in later ones.
#pragma once

#include <cstdint>
#include <string>

#include "hw/graph.h"

namespace emamba {

// A vector has `terms` terms of `beats` beats, and a beat (together, par) numbers.
struct Largest {
  int par = 1, together = 1;
  std::int64_t beats = 1, terms = 1;
  int bits = 8;
};

// Returns the stream of the largest, `beats` beats of `par` numbers a vector.
int add_max(DesignGraph& graph, const std::string& name, int in, const Largest& of);

}  // namespace emamba
