// SPDX-License-Identifier: Apache-2.0
// Modules that are not an operation: arithmetic exhaustively against fx, streams under stalls.
#include "fx/range_norm.h"
#include "sim/testing.h"

namespace emamba {
namespace {

// A design around hand-written SystemVerilog: one input and one output stream.
struct Handmade {
  TestFolder folder;
  Design design;

  Handmade(int in_words, int in_bits, int out_words, int out_bits, const std::string& body) {
    design.name = "handmade";
    design.streams = {{in_words, in_bits}, {out_words, out_bits}};
    design.inputs = {{"in", 0, in_words, 1, 1, {0}}};
    design.outputs = {{"out", 1, out_words, 1, 1, {0}}};
    for (const std::string& file : rtl_sources()) {
      write_file(folder / ("rtl/" + file), read_file(rtl_folder() + "/" + file));
    }
    write_file(
        folder / "top.sv",
        fmt::format("module top (\n  input logic clk_i, input logic rst_ni,\n"
                    "  input logic in_valid_i, output logic in_ready_o, input logic in_last_i,\n"
                    "  input logic [{}:0] in_data_i,\n"
                    "  output logic out_valid_o, input logic out_ready_i, output logic "
                    "out_last_o,\n  output logic [{}:0] out_data_o\n);\n{}\nendmodule\n",
                    in_words * in_bits - 1, out_words * out_bits - 1, body));
  }

  void expect(const Vectors& inputs, const Vectors& expected) {
    const std::string library = build_simulator(
        design, {.directory = folder.path(), .files = design_files(), .probes = false}, 1);
    expect_streams(library, folder.path(), design, nullptr, {inputs}, expected);
  }
};

constexpr char kCombinational[] =
    "assign in_ready_o = out_ready_i;\nassign out_valid_o = in_valid_i;\n"
    "assign out_last_o = in_last_i;\n";

// Sections 2 and 3 of docs/arithmetic.md: all 2^11 inputs, every shift from -6 to 14, into 2, 5 and
// 14 bits.
TEST(Module, RequantiseEqualsFxExhaustively) {
  constexpr int kIn = 11, kOut = 18;
  struct Variant {
    int shift, bits;
  };
  std::vector<Variant> variants;
  for (int shift = -6; shift <= 14; ++shift) {
    for (int bits : {2, 5, 14}) variants.push_back({shift, bits});
  }
  std::string body = kCombinational;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const auto& [shift, bits] = variants[i];
    body += fmt::format(
        "logic signed [{0}:0] y{1};\n"
        "em_requantise #(.InBits({2}), .OutBits({3}), .Shift(8'h{4:02x})) u{1} (.context_i(1'b0), "
        ".value_i(in_data_i), .value_o(y{1}));\nassign out_data_o[{5}:{6}] = {7}'(y{1});\n",
        bits - 1, i, kIn, bits, shift & 255, (i + 1) * kOut - 1, i * kOut, kOut);
  }
  Handmade bench(1, kIn, static_cast<int>(variants.size()), kOut, body);
  Vectors inputs, expected;
  for (std::int32_t v = -(1 << (kIn - 1)); v < 1 << (kIn - 1); ++v) {
    inputs.push_back({v});
    expected.emplace_back();
    for (const auto& [shift, bits] : variants) {
      expected.back().push_back(
          static_cast<std::int32_t>(fx::requantise(v, 0, {.bits = bits, .exp = shift})));
    }
  }
  bench.expect(inputs, expected);
}

TEST(Module, RequantiseChoosesItsContext) {
  const std::string body = std::string(kCombinational) +
                           "em_requantise #(.InBits(14), .OutBits(8), .Contexts(3), "
                           ".Shift(24'hff0503)) u (.context_i(in_data_i[15:14]), "
                           ".value_i(in_data_i[13:0]), .value_o(out_data_o));\n";
  Handmade bench(1, 16, 1, 8, body);
  Vectors inputs, expected;
  const int shifts[] = {3, 5, -1};
  for (int c = 0; c < 3; ++c) {
    for (std::int32_t v = -8192; v < 8192; v += 7) {
      inputs.push_back({static_cast<std::int16_t>(c << 14 | (v & 16383))});
      expected.push_back(
          {static_cast<std::int32_t>(fx::requantise(v, 0, {.bits = 8, .exp = shifts[c]}))});
    }
  }
  bench.expect(inputs, expected);
}

// Section 6: the serial divider, over every range, for widths that are and are not powers of two.
TEST(Module, DividerGivesEveryReciprocal) {
  for (const int D : {1, 2, 20, 33, 1024}) {
    SCOPED_TRACE(D);
    const int sum_bits = 8 + std::max(1, fx::ceil_log2(D));
    // {reciprocal, sum}, read as the sum and the reciprocal.
    std::string body = fmt::format(
        "logic [{0}:0] result;\n"
        "em_reciprocal_divider #(.Width({1})) u (.clk_i, .rst_ni, .valid_i(in_valid_i), "
        ".ready_o(in_ready_o), .data_i(in_data_i), .last_i(in_last_i), .valid_o(out_valid_o), "
        ".ready_i(out_ready_i), .data_o(result), .last_o(out_last_o));\n"
        "assign out_data_o = {{22'(result[{2} +: 21]), 22'($signed(result[{2}-1:0]))}};\n",
        20 + sum_bits, D, sum_bits);
    Handmade bench(1, 8 + sum_bits, 2, 22, body);
    Vectors inputs, expected;
    for (std::int32_t range = 0; range < 256; ++range) {
      const std::int32_t sum = range - 100;
      const std::int32_t word = range << sum_bits | (sum & ((1 << sum_bits) - 1));
      // The port's number is signed.
      const int unused = 32 - (8 + sum_bits);
      inputs.push_back(
          {static_cast<std::int32_t>(static_cast<std::uint32_t>(word) << unused) >> unused});
      expected.push_back({sum, static_cast<std::int32_t>(fx::norm_reciprocal(D, range))});
    }
    bench.expect(inputs, expected);
  }
}

// Beats come out in order and unchanged, whatever stands still, at every depth and in all memories.
TEST(Module, BuffersKeepOrder) {
  std::string body =
      "logic [12:0] v, r, l;\nlogic [13*9-1:0] d;\n"
      "assign v[0] = in_valid_i;\nassign in_ready_o = r[0];\nassign l[0] = in_last_i;\n"
      "assign d[8:0] = in_data_i;\n";
  for (int i = 0; i < 12; ++i) {
    body += fmt::format(
        "{} #(.Width(9){}) u{} (.clk_i, .rst_ni, .valid_i(v[{}]), .ready_o(r[{}]), "
        ".data_i(d[{}:{}]), .last_i(l[{}]), .valid_o(v[{}]), .ready_i(r[{}]), .data_o(d[{}:{}]), "
        ".last_o(l[{}]));\n",
        i % 3 == 0 ? "em_stream_register" : "em_fifo",
        i % 3 == 0 ? "" : fmt::format(", .Depth({}), .Block(1'b{})", i + 1, i % 3 - 1), i, i, i,
        9 * i + 8, 9 * i, i, i + 1, i + 1, 9 * i + 17, 9 * i + 9, i + 1);
  }
  body +=
      "assign out_valid_o = v[12];\nassign r[12] = out_ready_i;\nassign out_last_o = l[12];\n"
      "assign out_data_o = d[12*9 +: 9];\n";
  Handmade bench(1, 9, 1, 9, body);
  Vectors vectors;
  for (int i = 0; i < 3000; ++i) vectors.push_back({(i * 37) % 512 - 256});
  bench.expect(vectors, vectors);
}

// Seven beats as three wide ones and back; the padding of the last is dropped.
TEST(Module, GatherAndSerialiseAreInverse) {
  const std::string body =
      "logic v, r, l;\nlogic [23:0] d;\n"
      "em_gather #(.Width(8), .Factor(3), .Beats(7)) u_gather (.clk_i, .rst_ni, "
      ".valid_i(in_valid_i), .ready_o(in_ready_o), .data_i(in_data_i), .last_i(in_last_i), "
      ".valid_o(v), .ready_i(r), .data_o(d), .last_o(l));\n"
      "em_serialise #(.Width(8), .Factor(3), .Beats(7)) u_serialise (.clk_i, .rst_ni, .valid_i(v), "
      ".ready_o(r), .data_i(d), .last_i(l), .valid_o(out_valid_o), .ready_i(out_ready_i), "
      ".data_o(out_data_o), .last_o(out_last_o));\n";
  Handmade bench(1, 8, 1, 8, body);
  for (Port* port : {&bench.design.inputs[0], &bench.design.outputs[0]}) {
    port->width = 7;
    port->beats = 7;
    port->vectors = 2;
  }
  Rng rng{3};
  Vectors vectors;
  for (int i = 0; i < 200; ++i) {
    vectors.emplace_back();
    for (int k = 0; k < 7; ++k) vectors.back().push_back(rng.between(-128, 127));
  }
  bench.expect(vectors, vectors);
}

// Both ways of a fork carry every beat once, also when they are taken at different times.
TEST(Module, ForkGivesEveryBeatToBoth) {
  const std::string body =
      "logic [1:0] v, r, l;\nlogic [15:0] d;\nlogic v1, r1, l1;\nlogic [7:0] d1;\n"
      "em_fork #(.Width(8)) u_fork (.clk_i, .rst_ni, .valid_i(in_valid_i), .ready_o(in_ready_o), "
      ".data_i(in_data_i), .last_i(in_last_i), .valid_o(v), .ready_i(r), .data_o(d), .last_o(l));\n"
      "em_fifo #(.Width(8), .Depth(5)) u_fifo (.clk_i, .rst_ni, .valid_i(v[1]), .ready_o(r[1]), "
      ".data_i(d[15:8]), .last_i(l[1]), .valid_o(v1), .ready_i(r1), .data_o(d1), .last_o(l1));\n"
      "assign out_valid_o = v[0] & v1;\nassign r[0] = out_valid_o & out_ready_i;\n"
      "assign r1 = r[0];\nassign out_last_o = l[0] & l1;\nassign out_data_o = {d1, d[7:0]};\n";
  Handmade bench(1, 8, 2, 8, body);
  Vectors inputs, expected;
  for (int i = 0; i < 2000; ++i) {
    const std::int32_t v = (i * 73) % 256 - 128;
    inputs.push_back({v});
    expected.push_back({v, v});
  }
  bench.expect(inputs, expected);
}

}  // namespace
}  // namespace emamba
