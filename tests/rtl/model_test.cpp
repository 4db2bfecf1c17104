// SPDX-License-Identifier: Apache-2.0
// Whole models as hardware: shapes that no config has, every edge, every cycle; and what
// verification says when the hardware is wrong.
#include "hw/edges.h"
#include "hw/merge.h"
#include "sim/testing.h"
#include "sim/verify.h"

namespace emamba {
namespace {

VerifyResult verify_random(const BuiltModel& built, const Program& program, Rng& rng,
                           const VerifyOptions& options = {}) {
  std::vector<Tensor<std::int32_t>> frames;
  for (int i = 0; i < 6; ++i) frames.push_back(random_tokens(program, rng));
  return verify(built.library, built.folder.path(), built.plan, Golden(program), frames, options);
}

void expect_verified(const Program& program, const HardwareSpec& hardware, Rng& rng,
                     const BlockRule& rule = {}) {
  SCOPED_TRACE(fmt::format("{} ops, lanes {} target {} shared {}", program.ops.size(),
                           hardware.lanes, hardware.cycles_per_token, hardware.shared_blocks));
  const BuiltModel built(program, hardware, "", rule);
  const VerifyResult result = verify_random(built, program, rng);
  EXPECT_EQ(result.mismatches, 0) << (result.first ? result.first->edge + " " + result.first->pass
                                                   : "");
  EXPECT_GT(result.values, 0);
  EXPECT_TRUE(result.cycles_exact())
      << result.planned_latency << " " << result.simulated_latency << " "
      << result.planned_per_frame << " " << result.simulated_per_frame;
}

NetSpec odd_net() {
  NetSpec spec;
  ModelSpec& m = spec.model;
  m.D = 12, m.E = 1, m.N = 5, m.M = 3, m.K = 3;
  m.P = {4, 4};
  return spec;
}

TEST(Model, OddShapeAndLanes) {
  Rng rng{1};
  expect_verified(random_program(odd_net(), rng), {.lanes = 7, .cycles_per_token = 40}, rng);
}

TEST(Model, OddShapeWithSharedBlocks) {
  Rng rng{2};
  expect_verified(random_program(odd_net(), rng),
                  {.lanes = 5, .cycles_per_token = 90, .shared_blocks = true}, rng);
}

// Linears of one input as one unit: with bits and exponents of their own, in each context others, a
// width that does not fill its beats, and biases that only some have.
TEST(Model, MergedLinears) {
  Rng rng{8};
  NetSpec spec = odd_net();
  spec.draw.offsets = true;
  const Program program = random_program(spec, rng);
  for (const auto& [shared, lanes] : {std::pair{false, 4}, {true, 1}, {true, 5}}) {
    const HardwareSpec hardware{.lanes = lanes, .shared_blocks = shared, .merged_linears = true};
    const std::vector<UnitOps> units = units_of(program, hardware);
    EXPECT_TRUE(std::any_of(units.begin(), units.end(),
                            [](const UnitOps& unit) { return unit.merged.has_value(); }));
    expect_verified(program, hardware, rng);
  }
}

// Two contexts are told apart by a bit, and each has functions of its own, in tables or lines.
TEST(Model, TwoSharedBlocks) {
  Rng rng{7};
  NetSpec spec = odd_net();
  spec.model.D = 6, spec.model.M = 2;
  const Program program = random_program(spec, rng);
  for (const Functions functions : {Functions::kTable, Functions::kLines}) {
    expect_verified(program, {.lanes = 2, .shared_blocks = true, .functions = functions}, rng);
  }
}

TEST(Model, ExponentsOfChannels) {
  Rng rng{5};
  NetSpec spec = odd_net();
  spec.draw.offsets = true;
  expect_verified(random_program(spec, rng), {.lanes = 6, .cycles_per_token = 24}, rng);
}

// Contexts with offsets, and one whose offsets are all 0.
TEST(Model, ExponentsOfChannelsWithSharedBlocks) {
  Rng rng{6};
  NetSpec spec = odd_net();
  spec.draw.offsets = true;
  Program program = random_program(spec, rng);
  for (Op& op : program.ops) {
    if (!name_of(op).starts_with("blocks.1.")) continue;
    if (auto* linear = std::get_if<Linear>(&op)) linear->weight_offset = {};
    if (auto* conv = std::get_if<DwConv>(&op)) conv->weight_offset = {};
  }
  expect_verified(program, {.lanes = 5, .cycles_per_token = 90, .shared_blocks = true}, rng);
}

class RandomModel : public testing::TestWithParam<int> {};

TEST_P(RandomModel, IsBitEqualAndCycleExact) {
  Rng rng{static_cast<std::uint64_t>(GetParam())};
  const NetSpec spec = random_net(rng);
  const Program program = random_program(spec, rng);
  HardwareSpec hardware;
  hardware.lanes = rng.between(1, std::min(8, spec.model.ED()));
  hardware.shared_blocks = rng.below(2) == 1;
  hardware.reciprocal = rng.below(2) ? Reciprocal::kTable : Reciprocal::kDivider;
  hardware.functions = rng.below(4) ? Functions::kTable : Functions::kLines;
  // Half of the time the fewest multipliers, else something feasible.
  if (rng.below(2)) hardware.cycles_per_token = rng.between(100, 400);
  expect_verified(program, hardware, rng);
}
INSTANTIATE_TEST_SUITE_P(Seeds, RandomModel, testing::Range(100, 106));

// Networks of other kinds, half of them as fast as can be. Windows and their largest: on grids of
// one place and more, under kernels larger than the grid, in steps that leave rows out, with beats
// that channels do not fill. Transformers: with parts of heads and several at a time, with all keys
// at once, with blocks that share their hardware.
class RandomNetwork : public testing::TestWithParam<int> {};

TEST_P(RandomNetwork, IsBitEqualAndCycleExact) {
  Rng rng{static_cast<std::uint64_t>(GetParam())};
  const bool vit = GetParam() >= 300;
  const NetSpec spec = vit ? random_vit(rng) : random_cnn(rng);
  SCOPED_TRACE(fmt::format("{} x {} x {}: {} D {} heads {}", spec.sample.height, spec.sample.width,
                           spec.sample.channels, fmt::join(spec.model.layers, ", "), spec.model.D,
                           spec.model.heads));
  const Program program = random_program(spec, rng);
  const int most = most_lanes(program);
  HardwareSpec hardware{.lanes = rng.between(1, std::min(5, most))};
  hardware.shared_blocks = vit && rng.below(2) == 1;
  if (rng.below(2)) hardware.cycles_per_token = rng.between(200, 600);
  if (GetParam() % 2 == 0) {
    hardware.lanes = vit ? spec.model.D : most;
    hardware.cycles_per_token =
        folding_targets(program, hardware, units_of(program, hardware)).front();
  }
  // Half of them with block memory for whatever can be in it.
  const BlockRule rule = GetParam() % 4 < 2 ? BlockRule{.words = 3, .bits = 3} : BlockRule{};
  expect_verified(program, hardware, rng, rule);
}
INSTANTIATE_TEST_SUITE_P(Convolutional, RandomNetwork, testing::Range(200, 207));
INSTANTIATE_TEST_SUITE_P(Transformer, RandomNetwork, testing::Range(300, 308));

// One bit of one weight: the comparison names the operation, and nothing before it.
TEST(Model, AWrongWeightIsNamed) {
  Rng rng{3};
  NetSpec spec = odd_net();
  spec.model.D = 6, spec.model.M = 2;
  Program program = random_program(spec, rng);
  const BuiltModel built(program, {.lanes = 6, .cycles_per_token = 60});
  for (Op& op : program.ops) {
    auto* linear = std::get_if<Linear>(&op);
    if (linear == nullptr || linear->name != "blocks.1.in_proj") continue;
    for (int i = 0; i < linear->in; ++i) {
      auto& weight = linear->weight.row(0)[i];
      weight = static_cast<std::int8_t>(weight / 2 + 20);
    }
  }
  VerifyOptions options;
  options.wave = built.folder / "mismatch.vcd";
  options.traced_library = [&] {
    return build_simulator(built.plan.design,
                           {.directory = built.folder.path(),
                            .files = design_files(),
                            .trace = true,
                            .place = "sim_wave"},
                           1);
  };
  const VerifyResult result = verify_random(built, program, rng, options);
  ASSERT_TRUE(result.first.has_value());
  EXPECT_EQ(result.first->edge, "blocks.1.in_proj");
  EXPECT_EQ(result.first->unit, "blocks.1.in_proj");
  EXPECT_EQ(result.first->channel, 0);
  EXPECT_NE(result.first->expected, result.first->got);
  // The waveform covers the cycle of the mismatch; a cycle is two steps of time.
  const std::string wave = read_file(options.wave);
  EXPECT_NE(wave.find("$enddefinitions"), std::string::npos);
  EXPECT_NE(wave.find(fmt::format("\n#{}\n", 2 * result.first->cycle)), std::string::npos);
  EXPECT_FALSE(result.passed());
}

// The reciprocal of range 0 is read for vectors of equal numbers alone, and no frame has one.
TEST(Model, AWrongWordThatNoFrameReadsIsNamed) {
  Rng rng{4};
  NetSpec spec = odd_net();
  spec.model.M = 1;
  const Program program = random_program(spec, rng);
  const BuiltModel built(program, {.lanes = 6, .cycles_per_token = 24});
  const std::string path = built.folder / "mem/blocks_0_norm_reciprocal.hex";
  std::string text = read_file(path);
  ASSERT_EQ(text[text.find('\n') - 1], '0');
  text[text.find('\n') - 1] = '1';
  write_file(path, text);
  expect_error([&] { verify_random(built, program, rng); },
               "mem/blocks_0_norm_reciprocal.hex: word 1");
}

// A plan that promises a cycle less is found out.
TEST(Model, AWrongCycleIsFound) {
  Rng rng{4};
  NetSpec spec = odd_net();
  spec.model.M = 1;
  const Program program = random_program(spec, rng);
  BuiltModel built(program, {.lanes = 6, .cycles_per_token = 24});
  --built.plan.cycles.frame_ends[1];
  const VerifyResult result = verify_random(built, program, rng);
  EXPECT_EQ(result.mismatches, 0);
  EXPECT_EQ(result.wrong_frame, 1);
  EXPECT_FALSE(result.passed());
}

}  // namespace
}  // namespace emamba
