// SPDX-License-Identifier: Apache-2.0
// What holds for the float and the golden engine by themselves; that they agree with every other
// way of running a program is in tests/engines.
#include <gtest/gtest.h>

#include <optional>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/json.h"
#include "base/safetensors.h"
#include "base/testing.h"
#include "exec/fast.h"
#include "exec/float.h"
#include "exec/golden.h"
#include "net/files.h"
#include "net/testing.h"

namespace emamba {
namespace {

constexpr std::uint64_t kSeeds = 40;

// An engine with a random model of a random spec, and two random sequences for it.
struct GoldenCase {
  static Golden engine(NetSpec spec, Rng& rng) {
    spec.draw.offsets = rng.below(2) == 1;
    spec.draw.tables = rng.below(2) == 1;
    spec.draw.orders = true;
    return Golden(random_program(spec, rng));
  }
  static Tensor<std::int32_t> tokens(const Golden& golden, Rng& rng) {
    return random_tokens(golden.program(), rng);
  }
};
struct FloatCase {
  static FloatEngine engine(const NetSpec& spec, Rng& rng) {
    return FloatEngine(random_model(spec, rng.next(), {{0.0f}, {1.0f}}));
  }
  static Tensor<float> tokens(const FloatEngine& engine, Rng& rng) {
    const auto integers = random_tokens(engine.program(), rng);
    Tensor<float> tokens{integers.shape, {}};
    const float scale = engine.program().input.vocab > 0 ? 1.0f : 0.02f;
    for (std::int32_t v : integers.data) tokens.data.push_back(scale * static_cast<float>(v));
    return tokens;
  }
};

template <class Case>
class Engines : public ::testing::Test {
 public:
  // Runs check(engine, sequence, other sequence) for many seeds.
  template <class Check>
  static void for_seeds(const Check& check) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      Rng rng{seed};
      const NetSpec spec = random_net(rng);
      const auto engine = Case::engine(spec, rng);
      const auto first = Case::tokens(engine, rng), second = Case::tokens(engine, rng);
      check(engine, first, second);
    }
  }
};
using Cases = ::testing::Types<GoldenCase, FloatCase>;
TYPED_TEST_SUITE(Engines, Cases);

TYPED_TEST(Engines, ATokenAfterTheLastIsRefused) {
  TestFixture::for_seeds([](const auto& engine, const auto& tokens, const auto&) {
    auto state = engine.initial();
    for (std::size_t t = 0; t < tokens.shape[0]; ++t) engine.step(state, tokens.row(t));
    expect_error([&] { engine.step(state, tokens.row(0)); }, "the sequence is complete");
  });
}

TYPED_TEST(Engines, OutputsVaryWithTheInput) {
  int differing = 0;
  TestFixture::for_seeds([&](const auto& engine, const auto& first, const auto& second) {
    differing += engine.run(first) != engine.run(second);
  });
  EXPECT_GT(differing, static_cast<int>(kSeeds) * 3 / 4);
}

// Every value on every edge fits its type, for random programs at random exponents.
TEST(Golden, EveryEdgeStaysInItsType) {
  std::size_t values = 0, saturated = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng{seed};
    const Golden golden = GoldenCase::engine(random_net(rng), rng);
    const auto tokens = random_tokens(golden.program(), rng);
    const auto edges = golden.trace(tokens);
    for (std::size_t e = 0; e < edges.size(); ++e) {
      const int bits = golden.program().edges[e].type.bits;
      for (std::int32_t v : edges[e].data) {
        ASSERT_TRUE(fx::fits(bits, v))
            << "seed " << seed << ", " << edge_name(golden.program(), static_cast<int>(e));
        ++values;
        saturated += v == fx::max_of(bits) || v == fx::min_of(bits);
      }
    }
  }
  // The programs exercise both sides of saturation.
  EXPECT_GT(saturated, values / 1000);
  EXPECT_LT(saturated, values / 2);
}

// One token through DwConv and Linear, whose channels have exponents -8, -7, -6 and -1 before their
// results are rounded to 2^-6.
TEST(Golden, ChannelsHaveExponentsOfTheirOwn) {
  Program program;
  program.name = "channels";
  program.input.height = program.input.width = 8;
  program.input.patch = {8, 8};  // one vector of 64 numbers
  program.input.normalisation = {{0.0f}, {1.0f}};
  program.edges = {{0, 64, {8, -2}}, {0, 64, {8, -6}}, {0, 4, {8, -6}}, {1, 4, {8, -6}}};
  auto offsets = make_tensor<std::int8_t>({64});
  DwConv conv{"conv",
              0,
              64,
              1,
              {8, -6},
              offsets,
              make_tensor<std::int8_t>({64, 1}),
              make_tensor<std::int32_t>({64})};
  const int conv_offsets[] = {0, 1, 2, 7}, taps[] = {3, -3, 1, 1}, biases[] = {3, 2, 4, 0};
  for (std::size_t d = 0; d < 4; ++d) {
    conv.weight_offset.data[d] = static_cast<std::int8_t>(conv_offsets[d]);
    conv.weight.data[d] = static_cast<std::int8_t>(taps[d]);
    conv.bias.data[d] = biases[d];
  }
  Linear linear;
  linear.name = "linear";
  linear.x = 1, linear.in = 64, linear.out = 4, linear.bias_rows = 1;
  linear.weight_type = {8, -2};
  linear.weight_offset = {{4}, {0, 1, 2, 7}};
  linear.weight = make_tensor<std::int8_t>({4, 64});
  const int weights[] = {3, -3, 1, 1};
  for (std::size_t o = 0; o < 4; ++o) {
    linear.weight.data[o * 64] = static_cast<std::int8_t>(weights[o]);
  }
  linear.bias = {{1, 4}, {3, 2, 4, -6}};
  program.ops = {conv, linear, Pool{"pool", 2, 4, 1, PoolKind::kFlatten}};

  const Golden golden(program);
  auto state = golden.initial();
  std::vector<std::int32_t> token(64);
  std::fill_n(token.begin(), 4, 5);
  golden.step(state, token.data());
  // (3 * 5 + 3) / 4 = 4.5, (-3 * 5 + 2) / 2 = -6.5, 1 * 5 + 4 = 9, 1 * 5 * 32 = 160
  const auto& conv_values = state.values[1].data;
  EXPECT_EQ(std::vector(conv_values.begin(), conv_values.begin() + 4),
            (std::vector<std::int32_t>{5, -6, 9, 127}));
  // The first number is 5 again: the same sums, but for the last, (1 * 5 - 6) * 32 = -32
  EXPECT_EQ(state.values[2].data, (std::vector<std::int32_t>{5, -6, 9, -32}));
  EXPECT_EQ(state.answer(), state.values[2].data);
}

// One vector, (5, 3), as x, delta, B and C of a scan with two channels and two states.
TEST(Golden, AScanRoundsTheProductThatItsOrderSays) {
  Program program;
  program.name = "scan";
  program.input.height = program.input.width = 1;
  program.input.channels = 2;
  program.input.patch = {1, 1};
  program.input.normalisation = {{0.0f, 0.0f}, {1.0f, 1.0f}};
  program.edges = {{0, 2, {8, 0}}, {0, 2, {16, 3}}};
  Scan scan;
  scan.name = "scan";
  scan.width = scan.states = 2;
  scan.A = {{2, 2}, {-1, -1, -1, -1}};
  scan.D = {{2}, {0, 0}};
  scan.exp = LookupTable{std::vector<std::int32_t>(256)};
  scan.product_type = {8, 3};
  scan.state_type = {24, 3};
  const auto answer = [&](ScanOrder order) {
    scan.order = order;
    program.ops = {scan};
    const Tensor<std::int32_t> vector{{1, 2}, {5, 3}};
    const std::vector<std::int32_t> golden = Golden(program).run(vector);
    EXPECT_EQ(Fast(program).run(vector), golden);
    return golden;
  };
  // Products in units of 8: 25 / 8 is 3, 15 / 8 is 2, 9 / 8 is 1.
  EXPECT_EQ(answer(ScanOrder::kDeltaB),
            (std::vector<std::int32_t>{5 * (3 * 5) + 3 * (2 * 5), 5 * (2 * 3) + 3 * (1 * 3)}));
  EXPECT_EQ(answer(ScanOrder::kDeltaX),
            (std::vector<std::int32_t>{5 * (3 * 5) + 3 * (3 * 3), 5 * (1 * 5) + 3 * (1 * 3)}));
}

// Weights and biases shifted up by their channel's offset, at offset 0, are the same program.
TEST(Golden, AnOffsetIsAShiftOfTheWeights) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Rng rng{seed};
    NetSpec spec = random_net(rng);
    spec.draw.offsets = true;
    Program own = random_program(spec, rng), same = own;
    for (std::size_t i = 0; i < own.ops.size(); ++i) {
      const auto shift = [&](auto& before, auto& after) {
        const std::size_t channels = before.weight.shape[0];
        for (std::int8_t& v : before.weight_offset.data) v %= 4;
        for (std::int8_t& v : before.weight.data) v /= 8;
        after = before;
        after.weight_offset = {};
        for (std::size_t w = 0; w < before.weight.size(); ++w) {
          after.weight.data[w] <<= before.weight_offset.data[w / (before.weight.size() / channels)];
        }
        for (std::size_t b = 0; b < before.bias.size(); ++b) {
          after.bias.data[b] <<= before.weight_offset.data[b % channels];
        }
      };
      if (auto* linear = std::get_if<Linear>(&own.ops[i])) {
        shift(*linear, std::get<Linear>(same.ops[i]));
      } else if (auto* conv = std::get_if<DwConv>(&own.ops[i])) {
        shift(*conv, std::get<DwConv>(same.ops[i]));
      }
    }
    const auto tokens = random_tokens(own, rng);
    ASSERT_EQ(Golden(own).trace(tokens), Golden(same).trace(tokens));
  }
}

// Every number in the graph of a program: types, edges, sizes.
void numbers_of(nlohmann::json& node, std::vector<nlohmann::json*>& numbers) {
  if (node.is_number()) numbers.push_back(&node);
  if (!node.is_structured()) return;
  for (auto& child : node) numbers_of(child, numbers);
}

// One or two numbers of the graph replaced, and some of the weights.
std::string damaged(SafeTensors file, Rng& rng) {
  nlohmann::json graph = parse_json(file.metadata.at("program"), "program");
  std::vector<nlohmann::json*> numbers;
  numbers_of(graph, numbers);
  for (int changes = rng.between(1, 2); changes > 0; --changes) {
    nlohmann::json& number = *numbers[rng.below(numbers.size())];
    const int old = number.get<int>();
    const int values[] = {old - 16, old - 4, old - 1, old + 1, old + 4, old + 16, 0, 1 << 24};
    number = values[rng.below(std::size(values))];
  }
  file.metadata["program"] = graph.dump();
  for (auto& [name, tensor] : file.tensors) {
    const bool free = name.ends_with("weight") || name.ends_with("bias") ||
                      name.ends_with("intercepts") || name.ends_with("table.values") ||
                      name.ends_with("scan.A");
    if (!free || rng.below(2)) continue;
    const bool extreme = rng.below(2) == 1;
    for (char& byte : tensor.bytes) byte = extreme ? '\x7f' : static_cast<char>(rng.next());
  }
  return serialise_safetensors(file);
}

// What the validator lets through runs without overflow, as the sanitizers see, in proved widths.
TEST(Golden, RunsEveryProgramThatIsValid) {
  const TestFolder folder;
  SafeTensors file;
  int valid = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Rng rng{seed};
    if (seed % 40 == 0) {
      write_program(folder / "p", GoldenCase::engine(random_net(rng), rng).program());
      file = read_safetensors(folder / "p");
    }
    std::optional<Golden> golden;
    try {
      golden.emplace(parse_program(damaged(file, rng), "damaged"));
    } catch (const Error&) {
      continue;
    }
    ++valid;
    const Program& program = golden->program();
    const int bits = program.edges[0].type.bits, vocab = program.input.vocab;
    auto state = golden->initial();
    std::vector<std::int32_t> token(static_cast<std::size_t>(program.edges[0].width));
    for (int t = 0; t < program.input.vectors(); ++t) {
      for (std::int32_t& v : token) {
        const auto low = static_cast<std::int32_t>(fx::min_of(bits));
        v = vocab > 0 ? rng.between(0, vocab - 1) : rng.below(2) ? low : rng.between(low, -low - 1);
      }
      try {
        golden->step(state, token.data());
      } catch (const Error& e) {  // a smaller vocabulary than the task's
        ASSERT_NE(std::string(e.what()).find("the vocabulary has"), std::string::npos) << e.what();
        break;
      }
    }
  }
  EXPECT_GT(valid, 100);
}

TEST(Golden, RefusesATokenOutsideTheVocabulary) {
  Rng rng{5};
  NetSpec spec = random_net(rng);
  spec.sample = token_samples();
  const Golden golden(random_program(spec, rng));
  for (std::int32_t id : {-1, 16, 30000}) {
    auto state = golden.initial();
    expect_error([&] { golden.step(state, &id); }, "the vocabulary has 16");
  }
}

TEST(QuantiseTokens, RoundsHalfUpAndSaturates) {
  const Tensor<float> tokens{{6, 1}, {0.124f, 0.125f, -0.125f, -0.126f, 100.0f, -100.0f}};
  EXPECT_EQ(quantise_tokens(tokens, {8, -2}).data,
            (std::vector<std::int32_t>{0, 1, 0, -1, 127, -128}));
}

}  // namespace
}  // namespace emamba
