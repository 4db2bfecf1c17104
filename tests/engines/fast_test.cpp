// SPDX-License-Identifier: Apache-2.0
// The fast engine against golden, every bit on every edge.
#include "exec/fast.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "ir/testing.h"

namespace emamba {
namespace {

// The first edge, token and channel where the engines part; empty when they do not.
std::string difference(const Golden& golden, const Fast& fast, const Tensor<std::int32_t>& tokens) {
  std::vector<Tensor<std::int32_t>> edges;
  fast.run(tokens, edges);
  Golden::State state = golden.initial();
  for (std::size_t t = 0; t < tokens.shape[0]; ++t) {
    golden.step(state, tokens.row(t));
    const bool last = t + 1 == tokens.shape[0];
    for (std::size_t e = 0; e < edges.size(); ++e) {
      if (golden.program().edges[e].per_sequence && !last) continue;
      const std::int32_t* row = edges[e].row(edges[e].shape[0] == 1 ? 0 : t);
      for (std::size_t d = 0; d < state.values[e].size(); ++d) {
        if (row[d] == state.values[e][d]) continue;
        return fmt::format("{}, token {}, channel {}: golden {}, fast {}",
                           edge_name(golden.program(), static_cast<EdgeIndex>(e)), t, d,
                           state.values[e][d], row[d]);
      }
    }
  }
  return "";
}

TEST(Fast, EveryEdgeOfRandomProgramsIsGoldens) {
  std::size_t vectorised = 0, all = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng{seed};
    Spec spec = random_spec(rng);
    spec.quant.weight_exponents = random_weight_exponents(rng);
    const Golden golden(random_program(spec, rng));
    const Fast fast(golden.program());
    ASSERT_EQ(difference(golden, fast, random_tokens(golden.program(), rng)), "");
    vectorised += fast.vectorised();
    all += golden.program().ops.size();
  }
  // Both ways through an operation are used often.
  EXPECT_GT(vectorised, all / 2);
  EXPECT_GT(all - vectorised, all / 20);
}

// Of what quantisation makes, everything has a kernel but norms, pooling by the mean, and one scan
// of cifar10 whose delta is next to nothing.
TEST(Fast, SupportedModelsAreVectorised) {
  for (const char* name :
       {"mars", "mars-tiny", "fashion-mnist", "fashion-mnist-large", "cifar10"}) {
    SCOPED_TRACE(name);
    const Golden golden(read_program(fmt::format("models/{}/program.safetensors", name)));
    const Program& program = golden.program();
    const Fast fast(program);
    EXPECT_GE(fast.vectorised() + static_cast<std::size_t>(program.spec.model.M) + 1,
              program.ops.size());
    Rng rng{1};
    for (int i = 0; i < 3; ++i) {
      ASSERT_EQ(difference(golden, fast, random_tokens(program, rng)), "");
    }
  }
}

}  // namespace
}  // namespace emamba
