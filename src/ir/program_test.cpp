// SPDX-License-Identifier: Apache-2.0
#include "ir/program.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/json.h"
#include "base/safetensors.h"
#include "base/testing.h"
#include "net/files.h"
#include "net/testing.h"

namespace emamba {
namespace {

Program example(std::uint64_t seed = 1, DrawOptions draw = {}) {
  Rng rng{seed};
  NetSpec spec = random_net(rng);
  spec.draw = draw;
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
    const Program program =
        example(seed, {.offsets = seed % 2 == 1, .tables = seed % 3 == 1, .orders = true});
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

PwlTable& lines_of(FunctionIntegers& function) {
  return std::get<PwlTable>(function);
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
      {"knots 0 and 1 decrease", [](Program& p) { lines_of(first<Scan>(p).exp).knots[0] = 1000; }},
      {"does not fit 12 bits", [](Program& p) { lines_of(first<Scan>(p).exp).slopes[0] = 2048; }},
      {"state: 33 bits",
       [](Program& p) {
         for (Op& op : p.ops) {
           if (auto* scan = std::get_if<Scan>(&op)) scan->state_type.bits = 33;
         }
       }},
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
      {"name: 'no name' must be", [](Program& p) { p.name = "no name"; }},
      {"name: '' must be", [](Program& p) { p.name.clear(); }},
      {"embed: two ops have this name",
       [](Program& p) { std::get<Linear>(p.ops.back()).name = "embed"; }},
  };
  for (const Damage& damage : damages) {
    Program program = example();
    validate(program, "example");
    damage.change(program);
    expect_error([&] { validate(program, "example"); }, damage.message);
  }
}

// A change to the default network on 8 x 8 pixels: blocks from op 1 on, of 14 ops.
void expect_refused(const std::vector<Damage>& damages) {
  NetSpec spec;
  spec.model.M = 3;
  const Program network = network_of(spec).program;
  for (const Damage& damage : damages) {
    Program changed = network;
    validate_network(changed, "example");
    damage.change(changed);
    expect_error([&] { validate_network(changed, "example"); }, damage.message);
  }
}

TEST(Validate, NamesWhatIsWrongWithVectors) {
  expect_refused({
      {"embed: -1 vectors", [](Program& p) { p.edges[1].vectors = -1; }},
      {"input: 3 vectors, a sample has 4", [](Program& p) { p.edges[0].vectors = 3; }},
      {"embed: writes as many vectors as the input, its edge carries 4 vectors",
       [](Program& p) { p.edges[1].vectors = 4; }},
      {"embed: writes 4 vectors, its edge carries as many vectors as the input",
       [](Program& p) { p.edges[0].vectors = 4; }},
      {"head.pool: writes 1 vectors, its edge carries as many vectors as the input",
       [](Program& p) { p.edges[p.edges.size() - 2].vectors = 0; }},
      {"head.out: writes 1 vectors, its edge carries 2 vectors",
       [](Program& p) { p.edges.back().vectors = 2; }},
      {"more: edge 'input' carries as many vectors as the input, must carry 1 vectors",
       [](Program& p) {
         const auto last = static_cast<EdgeIndex>(p.ops.size());
         p.edges[last].width = p.edges[0].width;
         std::get<Linear>(p.ops.back()).out = p.edges[0].width;
         p.ops.push_back(Add{"more", last, 0, p.edges[0].width});
         p.edges.push_back(p.edges.back());
       }},
  });
}

TEST(Validate, NamesWhatIsWrongWithGroups) {
  expect_refused({
      {"group 1: 1 times 1 ops from op 2 on",
       [](Program& p) {
         p.groups.push_back({2, 1, 1});
       }},
      {"group 1: 3 times 14 ops from op 1 on", [](Program& p) { p.groups.push_back(p.groups[0]); }},
      {"group 0: 4 times 14 ops from op 1 on", [](Program& p) { p.groups[0].times = 4; }},
      {"group 0: 0 times", [](Program& p) { p.groups[0].times = 0; }},
      {"group 0: 3 times 14 ops from op -1 on", [](Program& p) { p.groups[0].first = -1; }},
      {"group 0: 16777216 times 16777216 ops",
       [](Program& p) {
         p.groups[0] = {0, 1 << 24, 1 << 24};
       }},
      {"group 0: 'blocks.0.norm' is not alike",
       [](Program& p) {
         p.groups[0] = {0, 1, 2};
       }},
      {"group 0: 'blocks.1.conv' is not alike",
       [](Program& p) { std::get<DwConv>(p.ops[1 + 14 + 4]).taps += 1; }},
      {"group 0: 'blocks.2.gate_silu' is not alike",
       [](Program& p) { std::get<Pwl>(p.ops[1 + 28 + 2]).function = Function::kExp; }},
      {"group 0: 'blocks.2.norm' is not alike",
       [](Program& p) { p.edges[1 + 28 + 1].type.bits = 9; }},
      {"group 0: 'blocks.1.scan' has a state of other bits",
       [](Program& p) { std::get<Scan>(p.ops[1 + 14 + 10]).state_type.bits = 20; }},
      {"group 0: 'blocks.1.residual' reads edges of another block",
       [](Program& p) { std::get<Add>(p.ops[1 + 14 + 13]).x1 = 1; }},
      {"group 0: 'blocks.0.residual' reads edges of another block",
       [](Program& p) {
         p.groups[0] = {2, 13, 1};
       }},
  });
}

TEST(Validate, NamesWhatIsWrongWithTheInput) {
  expect_refused({
      {"patches of 3 x 4 do not divide samples of 8 x 8",
       [](Program& p) { p.input.patch.height = 3; }},
      {"patches of 4 x 16 do not divide", [](Program& p) { p.input.patch.width = 16; }},
      {"patches of 4 x 0 do not divide", [](Program& p) { p.input.patch.width = 0; }},
      {"input: width 16, the patches have 8", [](Program& p) { p.input.patch.width = 2; }},
      {"input: width 16, the patches have 36",
       [](Program& p) {
         p.input.overlap = {1, 1};
       }},
      {"overlap of -1 x 0",
       [](Program& p) {
         p.input.overlap = {-1, 0};
       }},
      {"samples of 8 x 8 x 0", [](Program& p) { p.input.channels = 0; }},
      {"token ids have height 1, channels 1 and no patches",
       [](Program& p) { p.input.vocab = 16; }},
      {"token ids have", [](Program& p) { p.input.vocab = -1; }},
      {"normalisation: must have 2 channels",
       [](Program& p) {
         p.input.channels = 2;
         p.input.patch = {2, 4};
       }},
      // 2^20 * 2^20 fits no int.
      {"1099511627776 vectors, at most 2^20",
       [](Program& p) {
         p.input.height = p.input.width = 1 << 20;
         p.input.patch = {1, 1};
       }},
  });
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
    Program program = example(1, {.offsets = true});
    validate(program, "example");
    damage.change(program);
    expect_error([&] { validate(program, "example"); }, damage.message);
  }
}

// A program with a table for every function: SiLU rises from 0 to 1, and so does exp.
Program with_tables() {
  Program program = example();
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    LookupTable table;
    for (int x = 0; x < 256; ++x) table.values.push_back(x / 2);
    if (auto* pwl = std::get_if<Pwl>(&program.ops[i])) pwl->table = table;
    if (auto* scan = std::get_if<Scan>(&program.ops[i])) scan->exp = table;
  }
  return program;
}
std::vector<std::int32_t>& entries_of(FunctionIntegers& function) {
  return std::get<LookupTable>(function).values;
}

TEST(Validate, NamesWhatIsWrongWithTables) {
  const Damage damages[] = {
      {"table: 255 entries, must be 256",
       [](Program& p) { entries_of(first<Pwl>(p).table).pop_back(); }},
      {"scan.exp: 257 entries, must be 256",
       [](Program& p) { entries_of(first<Scan>(p).exp).push_back(0); }},
      {"table: 0 entries", [](Program& p) { first<Pwl>(p).table = LookupTable{}; }},
      {"table: entry 128, must lie in -128 .. 127",
       [](Program& p) { entries_of(first<Pwl>(p).table)[7] = 128; }},
      {"table: entry -129, must lie in -128 .. 127",
       [](Program& p) { entries_of(first<Pwl>(p).table)[255] = -129; }},
      {"scan.exp: entry -1, must lie in 0 .. 127",
       [](Program& p) { entries_of(first<Scan>(p).exp)[0] = -1; }},
      {"scan.exp: entry 128, must lie in 0 .. 127",
       [](Program& p) { entries_of(first<Scan>(p).exp)[255] = 128; }},
      {"table: a table for inputs of 9 bits, at most 8",
       [](Program& p) {
         for (Op& op : p.ops) {
           if (auto* pwl = std::get_if<Pwl>(&op)) p.edges[pwl->x].type.bits = 9;
         }
       }},
      {"table: 256 entries, must be 128",
       [](Program& p) {
         for (Op& op : p.ops) {
           if (auto* pwl = std::get_if<Pwl>(&op)) p.edges[pwl->x].type.bits = 7;
         }
       }},
  };
  for (const Damage& damage : damages) {
    Program program = with_tables();
    validate(program, "example");
    damage.change(program);
    expect_error([&] { validate(program, "example"); }, damage.message);
  }
}

// An accumulator and its shift to a result of a smaller exponent have 62 bits, with the offset.
TEST(Validate, CountsTheOffsetAsBitsOfTheAccumulator) {
  Program program = example(1, {.offsets = true});
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

TEST(Program, DamagedFieldsAreNamed) {
  const SafeTensors file = parse_safetensors(bytes_of(example()), "memory");
  // Puts `value`, or nothing, into the graph's member at a JSON pointer.
  const auto reject = [&](const std::string& at, const nlohmann::json& value,
                          const std::string& message) {
    SafeTensors changed = file;
    nlohmann::json graph = parse_json(file.metadata.at("program"), "memory");
    const nlohmann::json::json_pointer pointer(at);
    ASSERT_TRUE(graph.contains(pointer)) << at;
    if (value.is_null()) {
      graph.at(pointer.parent_pointer()).erase(pointer.back());
    } else {
      graph.at(pointer) = value;
    }
    changed.metadata["program"] = graph.dump();
    expect_error([&] { parse_program(serialise_safetensors(changed), "p"); }, "p: " + message);
  };
  reject("/edges/1/vectors", {}, "header.vectors: is missing");
  reject("/edges/1/vectors", true, "header.vectors: must be an integer of at most 24 bits");
  reject("/groups", {}, "header.groups: is missing");
  reject("/groups/0/times", {}, "header.times: is missing");
  reject("/groups/0/first", 0.5, "header.first: must be an integer");
  reject("/input", {}, "header.input: is missing");
  reject("/input/vocab", {}, "header.vocab: is missing");
  reject("/input/patch", 4, "header.patch: must be [height, width]");
  reject("/input/patch", {1, 2, 3}, "header.patch: must be [height, width]");
  reject("/input/overlap", {1, "2"}, "header.overlap: must be an integer");
  reject("/name", {}, "header.name: is missing");
  reject("/name", "../p", "name: '../p' must be letters");
  reject("/name", "\x1b[31m", "name: '?[31m' must be letters");
  reject("/ops/0/name", "blocks.0.norm", "blocks.0.norm");
  reject("/ops/1/norm", "l2", "blocks.0.norm.norm: 'l2' is none of range, layer, rms");
  reject("/ops/1/norm", {}, "blocks.0.norm.norm: is missing");
  reject("/ops/3/function", "tanh", "blocks.0.gate_silu.function: 'tanh' is none of silu, exp");
  reject("/ops/3/function", {}, "blocks.0.gate_silu.function: is missing");
}

// A file says nothing of offsets that are all 0, and so is what it was before there were any.
TEST(Program, OffsetsAreStoredWhereThereAreAny) {
  const Program program = example(1, {.offsets = true});
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

TEST(Program, TheOrderOfAScanIsStoredWhereItIsNotThatOfEarlierFiles) {
  Program program = example();
  EXPECT_EQ(bytes_of(program).find("delta-"), std::string::npos);
  for (Op& op : program.ops) {
    auto* scan = std::get_if<Scan>(&op);
    if (scan == nullptr) continue;
    scan->order = ScanOrder::kDeltaX;
  }
  Program again = parse_program(bytes_of(program), "memory");
  EXPECT_EQ(first<Scan>(again).order, ScanOrder::kDeltaX);
  EXPECT_EQ(first<Scan>(again).product_type, first<Scan>(program).product_type);
  EXPECT_EQ(bytes_of(again), bytes_of(program));
  first<Scan>(again).product_type.bits = 9;
  expect_error([&] { validate(again, "p"); }, "scan.u: 9 bits");
  again = program;
  first<Scan>(again).product_type.exp = 60;
  expect_error([&] { validate(again, "p"); }, "cannot be shifted");
  again = program;
  first<Scan>(again).order = ScanOrder::kDeltaB;
  expect_error([&] { validate(again, "p"); },
               "group 0: 'blocks.1.scan' multiplies in another order");
}

// A file with lines alone says nothing of forms, and so is what it was before there were tables.
TEST(Program, FormsAreStoredWhereThereAreTables) {
  EXPECT_EQ(bytes_of(example()).find("form\\\":"), std::string::npos);
  const Program program = with_tables();
  const SafeTensors file = parse_safetensors(bytes_of(program), "memory");
  EXPECT_EQ(file.tensors.at("blocks.0.scan.exp.values").dtype, Dtype::kI8);
  EXPECT_EQ(file.tensors.at("blocks.0.scan.exp.values").shape, (std::vector<std::size_t>{256}));
  EXPECT_FALSE(file.tensors.contains("blocks.0.scan.exp.knots"));
  Program again = parse_program(bytes_of(program), "memory");
  EXPECT_EQ(entries_of(first<Scan>(again).exp)[255], 127);
  EXPECT_EQ(first<Pwl>(again).table, first<Pwl>(const_cast<Program&>(program)).table);

  const auto reject = [](const SafeTensors& changed, const std::string& message) {
    expect_error([&] { parse_program(serialise_safetensors(changed), "p"); }, message);
  };
  SafeTensors changed = file;
  changed.tensors.erase("blocks.0.scan.exp.values");
  reject(changed, "p: blocks.0.scan.exp.values: the tensor is missing");
  changed = file;
  changed.tensors.at("blocks.0.scan.exp.values").shape = {16, 16};
  reject(changed, "blocks.0.scan.exp.values: the tensor must have one dimension");
  changed = file;
  changed.tensors["blocks.0.scan.exp.values"] = store(Tensor<std::int16_t>{{1}, {0}});
  reject(changed, "blocks.0.scan.exp.values");
  nlohmann::json graph = parse_json(file.metadata.at("program"), "memory");
  for (auto& op : graph.at("ops")) {
    if (op.contains("exp.form")) op["exp.form"] = "spline";
  }
  changed = file;
  changed.metadata["program"] = graph.dump();
  reject(changed, "scan.exp.form: 'spline' is no form");
  for (auto& op : graph.at("ops")) op.erase("exp.form");
  changed.metadata["program"] = graph.dump();
  reject(changed, "scan.exp.slope_type: is missing");
}

// Results of more than 8 bits are stored in 32.
TEST(Program, WideEntriesAreStored) {
  Program program = with_tables();
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    auto* pwl = std::get_if<Pwl>(&program.ops[i]);
    if (pwl == nullptr) continue;
    program.groups.clear();
    program.edges[i + 1].type.bits = 16;
    entries_of(pwl->table)[3] = -30000;
    break;
  }
  const std::string bytes = bytes_of(program);
  EXPECT_EQ(bytes_of(parse_program(bytes, "memory")), bytes);
}

TEST(Program, SurvivesMutatedFiles) {
  std::string bytes = bytes_of(example(1, {.offsets = true, .tables = true}));
  bytes[bytes.find(kHashKey)] = 'E';  // no hash, so that damage is not found by that alone
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
