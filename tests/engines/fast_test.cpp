// SPDX-License-Identifier: Apache-2.0
// The fast engine against golden, every bit on every edge.
#include "exec/fast.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "net/files.h"
#include "net/testing.h"

namespace emamba {
namespace {

// The first edge, token and channel where the engines part; empty when they do not.
std::string difference(const Golden& golden, const Fast& fast, const Tensor<std::int32_t>& tokens) {
  std::vector<Tensor<std::int32_t>> edges;
  fast.trace(tokens, edges);
  const std::vector<Tensor<std::int32_t>> wanted = golden.trace(tokens);
  for (std::size_t e = 0; e < edges.size(); ++e) {
    if (edges[e].shape != wanted[e].shape) return fmt::format("the shape of edge {}", e);
    for (std::size_t i = 0; i < edges[e].size(); ++i) {
      if (edges[e].data[i] == wanted[e].data[i]) continue;
      const std::size_t width = edges[e].shape[1];
      return fmt::format("{}, vector {}, channel {}: golden {}, fast {}",
                         edge_name(golden.program(), static_cast<EdgeIndex>(e)), i / width,
                         i % width, wanted[e].data[i], edges[e].data[i]);
    }
  }
  return fast.run(tokens) == wanted.back().data ? "" : "the answer without a trace";
}

TEST(Fast, EveryEdgeOfRandomProgramsIsGoldens) {
  std::size_t vectorised = 0, all = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng{seed};
    NetSpec spec = random_net(rng);
    spec.offsets = rng.below(2) == 1;
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
    EXPECT_GE(fast.vectorised() + static_cast<std::size_t>(program.groups.at(0).times) + 1,
              program.ops.size());
    Rng rng{1};
    for (int i = 0; i < 3; ++i) {
      ASSERT_EQ(difference(golden, fast, random_tokens(program, rng)), "");
    }
  }
}

}  // namespace
}  // namespace emamba
