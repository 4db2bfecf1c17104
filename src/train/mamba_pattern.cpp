// SPDX-License-Identifier: Apache-2.0
// The search for a Mamba block, from its last operation backwards along the edges.
#include "train/mamba_pattern.h"

#include <algorithm>
#include <utility>

namespace emamba {
namespace {

// Goes from edges to the operations that write them. After one of another kind than asked for,
// `found` is false, and what it gives is empty.
struct Backwards {
  const Program& program;
  std::vector<std::size_t> passed;
  bool found = true;

  bool is_pwl(EdgeIndex edge) const {
    return edge > 0 && std::holds_alternative<Pwl>(program.ops[edge - 1]);
  }
  template <class AnyOp>
  const AnyOp& writer(EdgeIndex edge) {
    static const AnyOp kNone{};
    const auto* op = edge > 0 ? std::get_if<AnyOp>(&program.ops[edge - 1]) : nullptr;
    found = found && op != nullptr;
    if (op == nullptr) return kNone;
    passed.push_back(static_cast<std::size_t>(edge - 1));
    return *op;
  }
  // Whether only operations passed, and the one with index `last`, read what those passed write.
  bool closed(std::size_t last) const {
    const auto inside = [&](std::size_t op) {
      return std::find(passed.begin(), passed.end(), op) != passed.end();
    };
    for (std::size_t i = 0; i < program.ops.size(); ++i) {
      if (i == last || inside(i)) continue;
      for (const EdgeIndex edge : inputs_of(program.ops[i])) {
        if (edge > 0 && inside(static_cast<std::size_t>(edge - 1))) return false;
      }
    }
    return true;
  }
};

bool linear(const Linear& op, bool bias) {
  return op.activation == Activation::kNone && op.bias_rows == (bias ? 1 : 0);
}

bool at_most_relu(const Linear& op) {
  return op.activation == Activation::kNone || op.activation == Activation::kRelu;
}

}  // namespace

std::optional<MambaPattern> mamba_pattern(const Program& program, std::size_t last) {
  const auto* sum = std::get_if<Add>(&program.ops[last]);
  if (sum == nullptr) return {};
  Backwards at{.program = program, .passed = {}};
  const auto& out_proj = at.writer<Linear>(sum->x0);
  const auto& gate = at.writer<Gate>(out_proj.x);
  const auto& gate_silu = at.writer<Pwl>(gate.x1);
  const auto& gate_proj = at.writer<Linear>(gate_silu.x);
  const auto& norm = at.writer<RangeNorm>(gate_proj.x);
  const auto& scan = at.writer<Scan>(gate.x0);
  const auto& b_proj = at.writer<Linear>(scan.B);
  const auto& c_proj = at.writer<Linear>(scan.C);
  const auto& dt_proj = at.writer<Linear>(scan.delta);
  const auto& dt_in = at.writer<Linear>(dt_proj.x);
  const bool conv_silu = at.is_pwl(scan.x);
  const auto& conv = at.writer<DwConv>(conv_silu ? at.writer<Pwl>(scan.x).x : scan.x);
  const auto& in_proj = at.writer<Linear>(conv.x);
  if (!at.found) return {};
  const auto silu = [&](EdgeIndex edge) {
    return std::get<Pwl>(program.ops[edge - 1]).function == Function::kSilu;
  };
  if (!silu(gate.x1) || (conv_silu && !silu(scan.x))) return {};
  const bool edges = norm.x == sum->x1 && in_proj.x == gate_proj.x && b_proj.x == scan.x &&
                     c_proj.x == scan.x && dt_in.x == scan.x;
  const bool biases = out_proj.bias_rows > 0;
  const bool projections = linear(gate_proj, biases) && linear(in_proj, biases) &&
                           linear(out_proj, biases) && linear(b_proj, false) &&
                           linear(c_proj, false) && dt_in.bias_rows == out_proj.bias_rows &&
                           dt_proj.bias_rows == 1;
  const bool relu_before = dt_in.activation == Activation::kRelu;
  const bool relu_after = dt_proj.activation == Activation::kRelu;
  const bool one_relu = at_most_relu(dt_in) && at_most_relu(dt_proj) && relu_before != relu_after;
  if (!edges || !projections || !one_relu || norm.norm != Norm::kRange || !at.closed(last)) {
    return {};
  }
  return MambaPattern{.x = norm.x,
                      .inner = std::move(at.passed),
                      .norm = norm.name,
                      .gate_proj = gate_proj.name,
                      .in_proj = in_proj.name,
                      .conv = conv.name,
                      .dt_in = dt_in.name,
                      .dt_proj = dt_proj.name,
                      .b_proj = b_proj.name,
                      .c_proj = c_proj.name,
                      .scan = scan.name,
                      .out_proj = out_proj.name,
                      .switches = {.conv_silu = conv_silu, .relu_before = relu_before}};
}

BlockParameters block_parameters(const MambaPattern& block, const Parameters& parameters) {
  const auto weight = [&](const std::string& op) { return parameters.at(op + ".weight"); };
  const auto bias = [&](const std::string& op) { return parameters.at(op + ".bias"); };
  const auto optional_bias = [&](const std::string& op) {
    const auto it = parameters.find(op + ".bias");
    return it == parameters.end() ? torch::Tensor() : it->second;
  };
  return {weight(block.norm),
          bias(block.norm),
          weight(block.gate_proj),
          optional_bias(block.gate_proj),
          weight(block.in_proj),
          optional_bias(block.in_proj),
          weight(block.conv),
          bias(block.conv),
          weight(block.dt_in),
          optional_bias(block.dt_in),
          weight(block.dt_proj),
          bias(block.dt_proj),
          weight(block.b_proj),
          weight(block.c_proj),
          parameters.at(block.scan + ".A_log"),
          parameters.at(block.scan + ".D"),
          weight(block.out_proj),
          optional_bias(block.out_proj)};
}

}  // namespace emamba
