// SPDX-License-Identifier: Apache-2.0
// Where, and by how much, the golden engine parts from the float engine on one sample.
#pragma once

#include <string>
#include <vector>

#include "exec/float.h"
#include "exec/golden.h"

namespace emamba {

// One edge over the whole sequence.
struct EdgeComparison {
  std::string name;
  NumberType type;
  // Largest difference of the two engines, each running by itself from the start: what quantisation
  // has added up to here.
  double drift = 0;
  // The element (token, channel) where golden comes nearest to, or farthest beyond, the error that
  // quantisation explains: what the float operation gives on golden's own inputs, what golden
  // gives, and the largest difference that rounding this edge and this op's parameters can make.
  int token = 0, channel = 0;
  double float_value = 0, golden_value = 0, bound = 0;
  bool beyond = false;  // the difference is larger than the bound: a defect
};

// Compares every edge, in execution order. `sample` is (height, width, channels), as published. The
// bounds are derived in docs/arithmetic.md, section 13. Throws Error when model and program are not
// of the same network.
std::vector<EdgeComparison> compare_engines(const FloatModel& model, const Program& program,
                                            const float* sample);

}  // namespace emamba
