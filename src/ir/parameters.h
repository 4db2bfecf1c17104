// SPDX-License-Identifier: Apache-2.0
// The real numbers that operations are trained on: what training starts from, the float engine
// reads and quantisation rounds.
//
// By operation, named "OP.suffix":
//   Embed      table (vocab, out)        bias (out), or (rows, out) with a row for every vector
//   Linear     weight (out, in)          bias the same, where there is one
//   DwConv     weight (width, taps)      bias (width); the last column meets the newest vector
//   RangeNorm  weight (width): gamma     bias (width): beta; RMS norm has none. Batch norm has also
//              mean (width) and variance (width): of the training's vectors, running means that no
//              gradient reaches
//   Scan       A_log (width, states)     A = -exp(A_log);  D (width), the skip
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ir/program.h"

namespace emamba {

// How a parameter starts before training.
struct Start {
  enum class Kind {
    kConstant,            // all are `value`
    kNormal,              // mean 0, deviation `value`
    kUniform,             // in -value .. value
    kLogStates,           // (width, states): log(n + 1) for state n
    kLogUniform,          // log-uniform in 1e-3 .. 1e-1
    kLogUniformSoftplus,  // such that softplus of it is
  };
  Kind kind = Kind::kConstant;
  double value = 0;
};

struct ParameterSpec {
  std::string name;
  std::vector<std::size_t> shape;
  Start start;
  bool decays = false;  // weight decay pulls it towards 0

  std::size_t size() const;
};

// Those of an operation, in the order in which their start is drawn.
std::vector<ParameterSpec> parameters_of(const Op& op);
// All of a network's, operation by operation.
std::vector<ParameterSpec> parameters_of(const Program& network);
// Numbers in all of them.
std::size_t parameter_count(const Program& network);

}  // namespace emamba
