// SPDX-License-Identifier: Apache-2.0
// The floating-point engine: runs a trained model token by token, to be read as a tutorial on the
// network. float.cpp holds one short function per operation.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "exec/state.h"
#include "ir/float_model.h"
#include "ir/program.h"
#include "ir/pwl_curve.h"

namespace emamba {

struct FloatOptions {
  // Piecewise-linear stand-ins by op name: of a Pwl op for its SiLU, of a Scan op for its exp. Ops
  // that are not named use the exact function.
  std::map<std::string, PwlCurve> curves;
  // Edges whose values are rounded and saturated to a number type, to see what that alone costs.
  std::map<EdgeIndex, NumberType> rounded;
};

class FloatEngine {
 public:
  using Number = float;
  using State = SequenceState<float>;

  explicit FloatEngine(const FloatModel& model, FloatOptions options = {});

  // The network as a program without weights.
  const Program& program() const { return program_; }
  State initial() const { return initial_state<float>(program_); }

  // Takes the next token, (token_width) numbers. After the L-th, the answer is the last edge's
  // value, state.values.back(). Throws Error when the sequence is already complete.
  void step(State& state, const float* token) const;
  // A sequence is the loop over its steps: tokens (L, token_width) -> answer (outputs).
  std::vector<float> run(const Tensor<float>& tokens) const;

  // Runs operation `index` alone, on the values and memory in `state`, into state.values[index +
  // 1].
  void run_op(std::size_t index, State& state) const;

  // An op's parameters as float engine and error bounds use them.
  struct Parameters {
    std::vector<float> weight;  // Linear: transposed, (in, out); others as in ir/float_model.h
    std::vector<float> bias;
    std::vector<float> A;  // Scan: -exp(A_log), (width, states)
    std::vector<float> D;  // Scan: (width)
  };
  const Parameters& parameters(std::size_t index) const { return parameters_[index]; }

 private:
  Program program_;
  FloatOptions options_;
  std::vector<Parameters> parameters_;   // of each op
  std::vector<const PwlCurve*> curves_;  // of each op, or null: exact
};

}  // namespace emamba
