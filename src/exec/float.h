// SPDX-License-Identifier: Apache-2.0
// The floating-point engine: runs a trained model, to be read as a tutorial on its operations.
// float.cpp holds one short function per operation.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "exec/state.h"
#include "exec/walk.h"
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

  // The network as a program without integers.
  const Program& program() const { return program_; }

  // A sequence, operation by operation: normalised vectors (n, edges[0].width) -> the last edge's
  // numbers. Throws Error when the network asks for another n, and when one of these numbers is not
  // finite.
  std::vector<float> run(const Tensor<float>& tokens) const;
  // Every edge (rows, width) of a sequence.
  std::vector<Tensor<float>> trace(const Tensor<float>& tokens) const;

  // The state at the start of a sequence. Throws Error for networks that cannot be stepped.
  State initial() const { return initial_state<float>(program_); }
  // Takes the next vector of a sequence. After the last the answer is complete. Equal to run().
  // Throws Error when the sequence is already complete, and when a number of the answer is not
  // finite.
  void step(State& state, const float* token) const;

  // Operation `index` alone on the edges of a sequence, of which it reads those it needs, into y
  // (rows, width).
  void run_op(std::size_t index, const std::vector<Tensor<float>>& edges, Tensor<float>& y) const;

  // What the Scan `index` computes inside, vector by vector, with the exact exponential: delta * A,
  // the product that its order rounds, delta * B or delta * x, and the state. Each is (width,
  // states), but delta * x (width).
  void scan_numbers(
      std::size_t index, const std::vector<Tensor<float>>& edges,
      const std::function<void(const std::vector<float>& z, const std::vector<float>& product,
                               const std::vector<float>& state)>& see) const;

  // What the Attention `index` computes inside, head by head: q . k of every query and key,
  // (tokens, tokens), not yet divided by the root of a head's width.
  void attention_numbers(std::size_t index, const std::vector<Tensor<float>>& edges,
                         const std::function<void(const std::vector<float>& scores)>& see) const;

  // An op's parameters as float engine and error bounds use them.
  struct Parameters {
    std::vector<float> weight = {};  // Linear: transposed, (in, out); others as in ir/parameters.h
    std::vector<float> bias = {};
    std::vector<float> A = {};                    // Scan: -exp(A_log), (width, states)
    std::vector<float> D = {};                    // Scan: (width)
    std::vector<float> mean = {}, variance = {};  // batch norm
  };
  const Parameters& parameters(std::size_t index) const { return parameters_[index]; }

 private:
  void run_op(std::size_t index, const std::vector<Tensor<float>>& edges,
              std::vector<float>& memory, int first, Tensor<float>& y) const;
  void round(EdgeIndex edge, Tensor<float>& values) const;
  void walk(const Tensor<float>& tokens, bool keep, std::vector<Tensor<float>>& edges,
            std::vector<std::vector<float>>& spare) const;

  Program program_;
  Walk walk_;
  FloatOptions options_;
  std::vector<Parameters> parameters_;           // of each op
  std::vector<std::optional<PwlCurve>> curves_;  // of each op; none: exact
};

}  // namespace emamba
