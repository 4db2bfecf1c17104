// SPDX-License-Identifier: Apache-2.0
#include "net/vit.h"

#include <gtest/gtest.h>

#include "base/testing.h"
#include "net/testing.h"

namespace emamba {
namespace {

NetSpec mars_vit() {
  NetSpec spec;
  spec.sample.channels = 5;
  spec.outputs = 57;
  ModelSpec& m = spec.model;
  m.kind = NetKind::kVit;
  m.D = 20, m.P = {2, 2};
  m.position = Position::kLearned;
  m.norm = Norm::kLayer;
  m.head = Head::kFlattenMlp;
  m.head_hidden = 20;
  return spec;
}

// Embedding with positions, two blocks, the last norm and the head, counted by hand.
TEST(Vit, HasItsParameters) {
  const int D = 20, L = 16, hidden = 40;
  const int attention = 4 * (D * D + D), mlp = 2 * D * hidden + hidden + D, norms = 2 * 2 * D;
  const int head = L * D * 20 + 20 + 20 * 57 + 57;
  EXPECT_EQ(
      parameter_count(network_of(mars_vit()).program),
      static_cast<std::size_t>(20 * D + L * D + 2 * (attention + mlp + norms) + 2 * D + head));
}

TEST(Vit, LayersStandBeforeItsEmbedding) {
  NetSpec spec = mars_vit();
  spec.model.P = {1, 1};
  spec.model.layers = {"conv 6 norm", "max 4"};
  const Program program = network_of(spec).program;
  const auto embed = std::find_if(program.ops.begin(), program.ops.end(),
                                  [](const Op& op) { return name_of(op) == "embed"; });
  ASSERT_NE(embed, program.ops.end());
  EXPECT_EQ(std::get<Linear>(*embed).in, 6);
  EXPECT_EQ(std::get<Linear>(*embed).bias_rows, 4);  // of 8 x 8, two by two are left
  for (const Op& op : program.ops) {
    if (const auto* attention = std::get_if<Attention>(&op)) {
      EXPECT_EQ(attention->tokens, 4);
    }
  }
}

TEST(Vit, BranchesStartAtATenth) {
  const Network network = network_of(mars_vit());
  for (const ParameterSpec& p : parameters_of(network)) {
    if (p.name == "blocks.1.mlp_out.weight") {
      EXPECT_NEAR(p.start.value, 0.1 / std::sqrt(40), 1e-9);
    } else if (p.name == "blocks.1.mlp_in.weight") {
      EXPECT_NEAR(p.start.value, 1 / std::sqrt(20), 1e-9);
    }
  }
  EXPECT_EQ(network.starts.size(), 4u);
}

TEST(Vit, SaysWhatItCannotBuild) {
  const auto refuses = [](const auto& change, const std::string& text) {
    NetSpec spec = mars_vit();
    change(spec.model);
    expect_error([&] { check(spec.model, spec.sample, "test"); }, text);
  };
  refuses([](ModelSpec& m) { m.heads = 3; }, "model.heads = 3 does not divide model.D = 20");
  refuses([](ModelSpec& m) { m.P = {8, 8}; }, "attention over one vector");
  refuses([](ModelSpec& m) { m.layers = {"max 4"}; }, "attention over one vector");
  refuses([](ModelSpec& m) { m.layers = {"mean"}; }, "attention over one vector");
  refuses([](ModelSpec& m) { m.mlp_activation = Function::kExp; }, "model.mlp_activation");
  refuses([](ModelSpec& m) { m.N = 3; }, "model.N = 3 has no meaning with model.kind = \"vit\"");
  refuses([](ModelSpec& m) { m.norm = Norm::kBatch; }, "model.norm = \"batch\"");
  refuses([](ModelSpec& m) { m.head_hidden = 0; }, "needs model.head_hidden > 0");
}

}  // namespace
}  // namespace emamba
