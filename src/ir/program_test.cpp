// SPDX-License-Identifier: Apache-2.0
#include "ir/program.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/safetensors.h"
#include "base/testing.h"
#include "net/files.h"
#include "net/testing.h"

namespace emamba {
namespace {

Program example(std::uint64_t seed = 1, bool offsets = false) {
  Rng rng{seed};
  NetSpec spec = pinned_net(rng);
  spec.offsets = offsets;
  return random_program(spec, rng);
}

std::string bytes_of(const Program& program) {
  const TestFolder folder;
  write_program(folder / "p.safetensors", program);
  return read_file(folder / "p.safetensors");
}

TEST(Network, WritesEveryEdgeOnceInOrder) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng{seed};
    const NetSpec spec = random_net(rng);
    const Program program = network_of(spec).program;
    ASSERT_EQ(program.edges.size(), program.ops.size() + 1);
    for (std::size_t i = 0; i < program.ops.size(); ++i) {
      EXPECT_EQ(program.edges[i + 1].width, out_width(program.ops[i]));
      for (EdgeIndex x : inputs_of(program.ops[i])) EXPECT_LE(x, static_cast<EdgeIndex>(i));
    }
    EXPECT_EQ(program.edges.back().width, spec.outputs);
  }
}

TEST(Program, FileRoundTripIsExactAndDeterministic) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Program program = example(seed, seed % 2 == 1);
    const std::string bytes = bytes_of(program);
    const Program again = parse_program(bytes, "memory");
    EXPECT_EQ(bytes_of(again), bytes) << "seed " << seed;
    EXPECT_EQ(again.edges.size(), program.edges.size());
    EXPECT_EQ(again.input.normalisation, program.input.normalisation);
    EXPECT_EQ(again.groups, program.groups);
  }
}

TEST(Program, SkeletonIsNoProgram) {
  Rng rng{3};
  const Program network = network_of(random_net(rng)).program;
  validate_network(network, "skeleton");
  expect_error([&] { validate(network, "skeleton"); }, "skeleton: ");
}

// A change that makes the program of seed 1 invalid, and what the message must say.
struct Damage {
  const char* message;
  void (*change)(Program&);
};

template <class AnyOp>
AnyOp& first(Program& program) {
  for (Op& op : program.ops) {
    if (auto* found = std::get_if<AnyOp>(&op)) return *found;
  }
  throw Error("the example has no such op");
}

TEST(Validate, NamesWhatIsWrong) {
  const Damage damages[] = {
      {"reads edge 7", [](Program& p) { first<RangeNorm>(p).x = 7; }},
      {"reads edge -1", [](Program& p) { first<RangeNorm>(p).x = -1; }},
      {"exponent 61", [](Program& p) { p.edges[1].type.exp = 61; }},
      {"25 bits", [](Program& p) { p.edges[1].type.bits = 25; }},
      {"width 0", [](Program& p) { p.edges[1].width = 0; }},
      {"weight: 9 bits", [](Program& p) { first<DwConv>(p).weight_type.bits = 9; }},
      {"cannot be shifted", [](Program& p) { first<DwConv>(p).weight_type.exp = 55; }},
      {"shape", [](Program& p) { first<DwConv>(p).weight.shape[0] += 1; }},
      {"knots 0 and 1 decrease", [](Program& p) { first<Scan>(p).exp.knots[0] = 1000; }},
      {"does not fit 12 bits", [](Program& p) { first<Scan>(p).exp.slopes[0] = 2048; }},
      {"state: 33 bits", [](Program& p) { first<Scan>(p).state_type.bits = 33; }},
      {"head.pool: writes vectors of", [](Program& p) { first<Pool>(p).tokens += 1; }},
      {"floating point only",
       [](Program& p) {
         for (Op& op : p.ops) {
           if (auto* norm = std::get_if<RangeNorm>(&op)) norm->norm = Norm::kRms;
         }
       }},
      {"group 0: 'blocks.1.norm' is not alike",
       [](Program& p) { first<RangeNorm>(p).norm = Norm::kRms; }},
      {"group 0: 2 times 90 ops",
       [](Program& p) {
         p.groups[0] = {1, 90, 2};
       }},
      {"group 0: 1 times 0 ops",
       [](Program& p) {
         p.groups[0] = {1, 0, 1};
       }},
      {"patches of 3 x", [](Program& p) { p.input.patch.height = 3; }},
      {"floating point only",
       [](Program& p) {
         for (Op& op : p.ops) {
           if (auto* linear = std::get_if<Linear>(&op)) linear->activation = Activation::kSoftplus;
         }
       }},
      {"std 0", [](Program& p) { p.input.normalisation.std[0] = 0; }},
      {"edges for", [](Program& p) { p.edges.pop_back(); }},
      // 2^24 * 2^24 fits no int.
      {"writes vectors of 281474976710656",
       [](Program& p) { first<Pool>(p).width = first<Pool>(p).tokens = 1 << 24; }},
      {"bias_rows", [](Program& p) { std::get<Linear>(p.ops.back()).bias_rows = 5; }},
  };
  for (const Damage& damage : damages) {
    Program program = example();
    validate(program, "example");
    damage.change(program);
    expect_error([&] { validate(program, "example"); }, damage.message);
  }
}

TEST(Validate, NamesWhatIsWrongWithChannels) {
  const Damage damages[] = {
      {"weight_offset: 8, must lie in 0 .. 7",
       [](Program& p) { first<DwConv>(p).weight_offset.data[0] = 8; }},
      {"weight_offset: -1, must lie in 0 .. 7",
       [](Program& p) { std::get<Linear>(p.ops.back()).weight_offset.data[0] = -1; }},
      {"weight_offset: shape",
       [](Program& p) {
         Tensor<std::int8_t>& offsets = first<DwConv>(p).weight_offset;
         offsets = make_tensor<std::int8_t>({offsets.size() + 1});
       }},
      {"weight_offset: shape",
       [](Program& p) {
         std::get<Linear>(p.ops.back()).weight_offset = {{2, 2}, {0, 0, 0, 0}};
       }},
  };
  for (const Damage& damage : damages) {
    Program program = example(1, true);
    validate(program, "example");
    damage.change(program);
    expect_error([&] { validate(program, "example"); }, damage.message);
  }
}

// An accumulator and its shift to a result of a smaller exponent have 62 bits, with the offset.
TEST(Validate, CountsTheOffsetAsBitsOfTheAccumulator) {
  Program program = example(1, true);
  DwConv& op = first<DwConv>(program);
  for (std::int8_t& offset : op.weight_offset.data) offset = 0;
  int bits = 0;
  NumberType y;
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    if (std::get_if<DwConv>(&program.ops[i]) != &op) continue;
    bits = accumulator_bits(program, program.ops[i]);
    y = program.edges[i + 1].type;
  }
  op.weight_type.exp = y.exp - program.edges[op.x].type.exp + 62 - bits;
  validate(program, "example");
  op.weight_offset.data[0] = 1;
  expect_error([&] { validate(program, "example"); }, "cannot be shifted");
}

// The engines keep the sum over the tokens in 32 bits.
TEST(Validate, RefusesAMeanWhoseSumMayOverflow) {
  NetSpec spec;
  spec.sample.height = spec.sample.width = 28;
  spec.model.P = {1, 1};  // 784 tokens
  spec.model.M = 1;
  spec.model.head = Head::kMeanLinear;
  Rng rng{1};
  Program program = random_program(spec, rng);
  validate(program, "example");
  program.edges[first<Pool>(program).x].type.bits = 24;
  expect_error([&] { validate(program, "example"); }, "the sum over the tokens has 34 bits");
}

TEST(Validate, RefusesAProgramThatWouldFillTheMemory) {
  Program program = example();
  program.edges[1].width = 1 << 20;
  Gate gate{"", 1, 1, 1 << 20};
  for (int i = 0; i < 16; ++i) {
    gate.name = fmt::format("gate.{}", i);
    program.ops.push_back(gate);
    program.edges.push_back({0, gate.width, {8, 0}});
  }
  expect_error([&] { validate(program, "example"); }, "numbers together");
}

TEST(Program, DamagedFilesAreNamed) {
  const std::string bytes = bytes_of(example());
  SafeTensors file = parse_safetensors(bytes, "memory");
  const auto reject = [](SafeTensors changed, const std::string& message) {
    expect_error([&] { parse_program(serialise_safetensors(changed), "p.safetensors"); }, message);
  };
  SafeTensors changed = file;
  changed.metadata["format"] = "other";
  reject(changed, "p.safetensors: header.format: 'other'");
  changed = file;
  changed.metadata.erase("program");
  reject(changed, "header.program: is missing");
  changed = file;
  changed.tensors.erase("blocks.0.scan.A");
  reject(changed, "blocks.0.scan.A: the tensor is missing");
  changed = file;
  changed.tensors["stray"] = file.tensors.begin()->second;
  reject(changed, "tensor 'stray' is not part");
  changed = file;
  changed.metadata["program"] = "{\"edges\": [], \"ops\": 3}";
  reject(changed, "must be an array");
  changed.metadata["program"] =
      "{\"edges\": [{\"vectors\": 0, \"width\": 18446744073709551615}], \"ops\": []}";
  reject(changed, "width: must be an integer of at most 24 bits");
  changed = file;
  changed.metadata["program"] = std::string(1000, '[');
  reject(changed, "nested deeper");
}

// A file says nothing of offsets that are all 0, and so is what it was before there were any.
TEST(Program, OffsetsAreStoredWhereThereAreAny) {
  const Program program = example(1, true);
  SafeTensors file = parse_safetensors(bytes_of(program), "memory");
  EXPECT_TRUE(file.tensors.contains("blocks.0.conv.weight_offset"));
  EXPECT_EQ(std::get<Linear>(parse_program(bytes_of(program), "memory").ops.back()).weight_offset,
            std::get<Linear>(program.ops.back()).weight_offset);
  for (const auto& [name, tensor] : parse_safetensors(bytes_of(example()), "memory").tensors) {
    EXPECT_FALSE(name.ends_with("weight_offset")) << name;
  }
  file.tensors.erase("blocks.0.conv.weight_offset");
  Program without = parse_program(serialise_safetensors(file), "memory");
  EXPECT_TRUE(first<DwConv>(without).weight_offset.empty());
}

TEST(Program, SurvivesMutatedFiles) {
  const std::string bytes = bytes_of(example(1, true));
  fuzz(bytes, 6000, 1500, [](const std::string& text) { parse_program(text, "fuzz"); });
}

// Against sums over all inputs at their bounds, by brute force on one small op.
TEST(AccumulatorBits, LinearBoundIsReachedAndNeverPassed) {
  Rng rng{11};
  for (int round = 0; round < 100; ++round) {
    Program program = random_program(random_net(rng), rng);
    Linear& op = std::get<Linear>(program.ops.back());
    const std::int64_t x_low = fx::min_of(program.edges[op.x].type.bits);
    std::int64_t largest = 0;
    for (int o = 0; o < op.out; ++o) {
      std::int64_t low = op.bias.data[o], high = op.bias.data[o];
      for (int i = 0; i < op.in; ++i) {
        const std::int64_t w = op.weight.row(o)[i];
        low += std::min(w * x_low, w * (-x_low - 1));
        high += std::max(w * x_low, w * (-x_low - 1));
      }
      largest = std::max({largest, std::abs(low), std::abs(high)});
    }
    const int bits = accumulator_bits(program, program.ops.back());
    EXPECT_TRUE(fx::fits(bits, largest) && fx::fits(bits, -largest)) << "round " << round;
    EXPECT_LE(bits, fx::signed_bits(largest) + 1) << "round " << round;
  }
}

}  // namespace
}  // namespace emamba
