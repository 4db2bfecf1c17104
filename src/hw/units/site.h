// SPDX-License-Identifier: Apache-2.0
// Where an operation is turned into hardware, and what its unit asks of that place.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "hw/edges.h"
#include "hw/em_pkg.h"
#include "hw/fold.h"
#include "hw/graph.h"
#include "hw/memory_image.h"
#include "ir/program.h"

namespace emamba {

struct Site {
  DesignGraph& graph;
  const Program& program;
  const HardwareSpec& hardware;
  const BlockRule& rule;
  // Where the operation stands in the program: once, or once for every block that shares its
  // hardware.
  std::vector<std::size_t> ops;
  std::vector<Op> merged;  // instead of these, if they are several: one a context (hw/merge.h)
  std::string name;        // an identifier
  Fold fold;
  std::vector<int> inputs;  // streams of Lanes numbers, in the order of inputs_of()

  int lanes() const { return hardware.lanes; }
  const Op& op(std::size_t context) const {
    return merged.empty() ? program.ops[ops[context]] : merged[context];
  }
  int contexts() const { return static_cast<int>(ops.size()); }
  NumberType type(EdgeIndex edge) const { return program.edges[edge].type; }
  NumberType y_type(std::size_t context = 0) const {
    return type(static_cast<EdgeIndex>(ops[context] + 1));
  }
};

// One operation in all the blocks that share its hardware; else a list of one.
template <class T>
using Contexts = std::vector<const T*>;

// The operation in all contexts, which are alike (require_alike).
template <class T>
Contexts<T> contexts_of(const Site& site) {
  Contexts<T> contexts;
  for (std::size_t c = 0; c < site.ops.size(); ++c) contexts.push_back(&std::get<T>(site.op(c)));
  return contexts;
}

// The largest value of any context.
template <class T, class F>
int most(const Contexts<T>& contexts, const F& value) {
  int result = value(*contexts.front());
  for (const T* op : contexts) result = std::max<int>(result, value(*op));
  return result;
}

// One signed byte for each context.
template <class T, class F>
std::string bytes(const Contexts<T>& contexts, const F& value) {
  Bits bits;
  for (const T* op : contexts) bits.put(value(*op), 8);
  return bits.literal();
}

// The same: by how much the result is shifted, y.exp - exponent(op).
template <class T, class F>
std::string shifts(const Site& site, const Contexts<T>& contexts, const F& exponent) {
  Bits bits;
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    bits.put(site.y_type(c).exp - exponent(*contexts[c]), 8);
  }
  return bits.literal();
}

// Accumulator bits that hold every context's, and a product of `product` bits.
int acc_bits(const Site& site, int product = 2);

// Divisors and multiples of Lanes that make sense for a vector of `beats` beats of Lanes numbers.
std::vector<int> multiples(int lanes, std::int64_t beats);
std::vector<int> divisors(int n);

// The folds of a unit that works element by element.
std::vector<Fold> element_folds(int lanes);

}  // namespace emamba
