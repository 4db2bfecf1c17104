// SPDX-License-Identifier: Apache-2.0
#include "synth/netlist.h"

#include <nlohmann/json.hpp>

#include "base/testing.h"
#include "hw/emit.h"
#include "net/testing.h"

namespace emamba {
namespace {

// A whole accelerator as gates, with shared blocks.
TEST(Netlist, OfATinyDesignIsGolden) {
  Rng rng{1};
  const HardwareSpec hardware{.lanes = 1, .shared_blocks = true};
  const Program program = random_program(tiny_net(3), rng);
  const Plan plan = plan_program(program, hardware);
  const TestFolder folder;
  emit(plan, program, folder.path());
  const std::vector<Tensor<std::int32_t>> frames = {random_tokens(program, rng),
                                                    random_tokens(program, rng)};
  const NetlistResult result =
      verify_netlist(plan, folder.path(), Golden(program), frames, {.threads = 2});
  EXPECT_TRUE(result.verified.passed());
  EXPECT_GT(result.verified.values, 0);
  const nlohmann::json json = to_json(result);
  EXPECT_EQ(json.at("mismatches"), 0);
  EXPECT_TRUE(json.at("passed"));
  EXPECT_GT(json.at("cells"), json.at("flip_flops"));
  EXPECT_GT(json.at("flip_flops"), 100);
}

}  // namespace
}  // namespace emamba
