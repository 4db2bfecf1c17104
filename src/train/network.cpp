// SPDX-License-Identifier: Apache-2.0
#include "train/network.h"

#include <fmt/format.h>

#include <algorithm>

#include "train/fused_ops.h"
#include "train/mamba_block.h"
#include "train/selective_scan.h"

namespace emamba {
namespace {

using At = torch::Tensor;

// Looks parameters up below a prefix such as "blocks.0".
class Scope {
 public:
  Scope(const Parameters& parameters, std::string prefix)
      : parameters_(parameters), prefix_(std::move(prefix)) {}

  const At& operator[](const char* name) const {
    return parameters_.at(fmt::format("{}.{}", prefix_, name));
  }

  // An undefined tensor where there is none.
  At find(const char* name) const {
    const auto it = parameters_.find(fmt::format("{}.{}", prefix_, name));
    return it == parameters_.end() ? At() : it->second;
  }

  // x W^T, plus the bias where there is one. x (rows, in), W (out, in).
  At linear(const At& x, const char* layer) const {
    const At& weight = parameters_.at(fmt::format("{}.{}.weight", prefix_, layer));
    const auto bias = parameters_.find(fmt::format("{}.{}.bias", prefix_, layer));
    if (bias == parameters_.end()) return torch::mm(x, weight.t());
    return torch::addmm(bias->second, x, weight.t());
  }

 private:
  const Parameters& parameters_;
  const std::string prefix_;
};

// tokens (B, L, token_width) -> (B*L, D)
At embed(const Spec& spec, const Scope& embed, const At& tokens) {
  const std::int64_t batch = tokens.size(0), L = tokens.size(1), D = spec.model.D;
  const At& bias = embed["bias"];  // (1, D) or (L, D)
  const At x = spec.shape().vocab > 0
                   ? embed["table"].index_select(0, tokens.reshape(-1).to(torch::kLong))
                   : torch::mm(tokens.reshape({batch * L, -1}), embed["weight"].t());
  return (x.view({batch, L, D}) + bias).view({batch * L, D});
}

// x (B*L, D)
At normalise(Norm norm, const Scope& block, const At& x, Kernels kernels) {
  constexpr double kEps = 1e-5;
  const At& gamma = block["norm.weight"];
  switch (norm) {
    case Norm::kRange:
      return kernels == Kernels::kFused ? range_norm(x, gamma, block["norm.bias"])
                                        : range_norm_plain(x, gamma, block["norm.bias"]);
    case Norm::kLayer:
      return torch::layer_norm(x, x.size(1), gamma, block["norm.bias"], kEps);
    case Norm::kRms:
      return gamma * x * torch::rsqrt(x.square().mean(-1, true) + kEps);
  }
  return x;
}

// c (B*L, ED) -> delta (B*L, ED)
At delta_of(DeltaActivation activation, const Scope& block, const At& c) {
  const At rank = block.linear(c, "dt_in");
  switch (activation) {
    case DeltaActivation::kReluAfter:
      return torch::relu(block.linear(rank, "dt_proj"));
    case DeltaActivation::kReluBefore:
      return block.linear(torch::relu(rank), "dt_proj");
    case DeltaActivation::kSoftplus:
      return torch::softplus(block.linear(rank, "dt_proj"));
  }
  return rank;
}

// x (B*L, D) -> what the block adds to it
At mix(const Spec& spec, const Scope& block, const At& x, std::int64_t batch, Kernels kernels) {
  const std::int64_t L = x.size(0) / batch, ED = spec.ED(), N = spec.model.N;
  const bool fused = kernels == Kernels::kFused;
  const At n = normalise(spec.model.norm, block, x, kernels);
  const At g = torch::silu(block.linear(n, "gate_proj"));
  const At u = block.linear(n, "in_proj").view({batch, L, ED});
  const bool silu = spec.model.conv_activation == ConvActivation::kSilu;
  const At c3 =
      (fused ? causal_conv : causal_conv_plain)(u, block["conv.weight"], block["conv.bias"], silu);
  const At c = c3.view({batch * L, ED});
  const At delta = delta_of(spec.model.delta_activation, block, c);
  const At B = block.linear(c, "b_proj").view({batch, L, N});
  const At C = block.linear(c, "c_proj").view({batch, L, N});
  const At A = -torch::exp(block["scan.A_log"]);
  const At s = (fused ? selective_scan : selective_scan_plain)(delta.view({batch, L, ED}), A, B, C,
                                                               c3, block["scan.D"]);
  return block.linear(s.view({batch * L, ED}) * g, "out_proj");
}

BlockParameters block_parameters(const Scope& block) {
  return {block["norm.weight"],      block["norm.bias"],
          block["gate_proj.weight"], block.find("gate_proj.bias"),
          block["in_proj.weight"],   block.find("in_proj.bias"),
          block["conv.weight"],      block["conv.bias"],
          block["dt_in.weight"],     block.find("dt_in.bias"),
          block["dt_proj.weight"],   block["dt_proj.bias"],
          block["b_proj.weight"],    block["c_proj.weight"],
          block["scan.A_log"],       block["scan.D"],
          block["out_proj.weight"],  block.find("out_proj.bias")};
}

// x (B*L, D) -> (B, outputs)
At head_of(const Spec& spec, const Scope& head, const At& x, std::int64_t batch) {
  switch (spec.model.head) {
    case Head::kFlattenMlp:
      return head.linear(torch::relu(head.linear(x.view({batch, -1}), "hidden")), "out");
    case Head::kFlattenLinear:
      return head.linear(x.view({batch, -1}), "out");
    case Head::kMeanLinear:
      return head.linear(x.view({batch, -1, spec.model.D}).mean(1), "out");
  }
  return x;
}

}  // namespace

At forward(const Spec& spec, const Parameters& parameters, const At& tokens, Kernels kernels) {
  const std::int64_t batch = tokens.size(0);
  At x = embed(spec, Scope(parameters, "embed"), tokens);  // (B*L, D)
  for (int i = 0; i < spec.model.M; ++i) {
    const Scope block(parameters, fmt::format("blocks.{}", i));
    x = kernels == Kernels::kFused && has_fused_block(spec.model)
            ? mamba_block(spec.model, spec.L(), x, block_parameters(block))
            : x + mix(spec, block, x, batch, kernels);
  }
  return head_of(spec, Scope(parameters, "head"), x, batch);
}

Parameters to_torch(const std::map<std::string, Tensor<float>>& parameters) {
  Parameters result;
  for (const auto& [name, stored] : parameters) {
    const At tensor =
        torch::empty(std::vector<std::int64_t>(stored.shape.begin(), stored.shape.end()));
    std::copy(stored.data.begin(), stored.data.end(), tensor.data_ptr<float>());
    result.emplace(name, tensor);
  }
  return result;
}

std::map<std::string, Tensor<float>> from_torch(const Parameters& parameters) {
  std::map<std::string, Tensor<float>> result;
  for (const auto& [name, tensor] : parameters) {
    const At values = tensor.detach().to(torch::kFloat).contiguous();
    const float* first = values.data_ptr<float>();
    result.emplace(name, Tensor<float>{{values.sizes().begin(), values.sizes().end()},
                                       {first, first + values.numel()}});
  }
  return result;
}

}  // namespace emamba
