// SPDX-License-Identifier: Apache-2.0
#include "train/mamba_pattern.h"

#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "train/net_testing.h"

namespace emamba {
namespace {

std::vector<MambaPattern> patterns_of(const Program& program) {
  std::vector<MambaPattern> all;
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    if (auto pattern = mamba_pattern(program, i)) all.push_back(std::move(*pattern));
  }
  return all;
}

// The only block of the program, by the names of its operations.
template <class AnyOp>
AnyOp& op(Program& program, const std::string& name) {
  for (Op& any : program.ops) {
    if (name_of(any) == "blocks.0." + name) return std::get<AnyOp>(any);
  }
  throw std::out_of_range(name);
}

TEST(MambaPattern, IsFoundInEveryBlockThatHasAnIntegerForm) {
  for (const NetVariant& variant : net_variants()) {
    SCOPED_TRACE(variant.name);
    const ModelSpec& m = variant.spec.model;
    const bool fused = m.norm == Norm::kRange && m.delta_activation != DeltaActivation::kSoftplus;
    const std::vector<MambaPattern> found = patterns_of(variant.program());
    ASSERT_EQ(found.size(), fused ? static_cast<std::size_t>(m.M) : 0);
    for (const MambaPattern& pattern : found) {
      EXPECT_EQ(pattern.switches.conv_silu, m.conv_activation == ConvActivation::kSilu);
      EXPECT_EQ(pattern.switches.relu_before, m.delta_activation == DeltaActivation::kReluBefore);
    }
  }
}

TEST(MambaPattern, IsNotFoundWhereOneOperationOrEdgeIsAnother) {
  NetVariant variant = net_variants().front();
  variant.spec.model.M = 1;
  ASSERT_EQ(patterns_of(variant.program()).size(), 1U);
  const auto edge = [](Program& p, const std::string& name) {
    for (std::size_t i = 0; i < p.ops.size(); ++i) {
      if (name_of(p.ops[i]) == "blocks.0." + name) return static_cast<EdgeIndex>(i + 1);
    }
    throw std::out_of_range(name);
  };
  const std::vector<std::pair<const char*, std::function<void(Program&)>>> changes = {
      {"residual skips more than the block", [](Program& p) { op<Add>(p, "residual").x1 = 0; }},
      {"gate reads before the norm",
       [](Program& p) { op<Linear>(p, "gate_proj").x = op<RangeNorm>(p, "norm").x; }},
      {"gate without SiLU", [&](Program& p) { op<Gate>(p, "gate").x1 = edge(p, "gate_proj"); }},
      {"another function than SiLU",
       [](Program& p) { op<Pwl>(p, "gate_silu").function = Function::kExp; }},
      {"B from before the convolution",
       [&](Program& p) { op<Linear>(p, "b_proj").x = edge(p, "in_proj"); }},
      {"C from before the convolution's SiLU",
       [&](Program& p) { op<Linear>(p, "c_proj").x = edge(p, "conv"); }},
      {"delta from before the convolution",
       [&](Program& p) { op<Linear>(p, "dt_in").x = edge(p, "in_proj"); }},
      {"scan of what comes before the convolution",
       [&](Program& p) { op<Scan>(p, "scan").x = edge(p, "in_proj"); }},
      {"ReLU twice", [](Program& p) { op<Linear>(p, "dt_in").activation = Activation::kRelu; }},
      {"no ReLU", [](Program& p) { op<Linear>(p, "dt_proj").activation = Activation::kNone; }},
      {"ReLU behind the input projection",
       [](Program& p) { op<Linear>(p, "in_proj").activation = Activation::kRelu; }},
      {"layer norm", [](Program& p) { op<RangeNorm>(p, "norm").norm = Norm::kLayer; }},
      {"bias on one projection only", [](Program& p) { op<Linear>(p, "gate_proj").bias_rows = 1; }},
      {"bias of B", [](Program& p) { op<Linear>(p, "b_proj").bias_rows = 1; }},
      {"a bias for every token", [](Program& p) { op<Linear>(p, "dt_proj").bias_rows = 4; }},
      {"an edge inside is read outside",
       [&](Program& p) {
         p.ops.emplace_back(Add{"more", edge(p, "residual"), edge(p, "out_proj"), 7});
         p.edges.emplace_back();
       }},
  };
  for (const auto& [what, change] : changes) {
    SCOPED_TRACE(what);
    Program program = variant.program();
    change(program);
    EXPECT_TRUE(patterns_of(program).empty());
  }
}

TEST(MambaPattern, DoesNotDependOnNames) {
  Program program = net_variants().front().program();
  std::size_t count = 0;
  for (Op& any : program.ops) {
    std::visit([&](auto& o) { o.name = fmt::format("op{}", count++); }, any);
  }
  EXPECT_EQ(patterns_of(program).size(), 3U);
}

}  // namespace
}  // namespace emamba
