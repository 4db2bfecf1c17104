// SPDX-License-Identifier: Apache-2.0
// The hardware in a second simulator, Icarus Verilog, which knows unknown values: whole models,
// registers and memories unknown at first, unknown data wherever no beat is offered and in padding.
// Nothing of that may reach a handshake or an answer, and no cycle may differ.
#include <sstream>

#include "programs.h"
#include "sim/testing.h"

namespace emamba {
namespace {

// A port's vectors as beats, one a line, for $readmemb: `last`, then the words, the first lowest.
// Padding is unknown: as an input that is what it carries, as an answer it matches anything.
std::string beats_of(const Design& design, const Port& port, const Vectors& vectors) {
  const StreamType& stream = design.streams[port.stream];
  std::string text;
  for (std::size_t v = 0; v < vectors.size(); ++v) {
    for (std::int64_t beat = 0; beat < port.beats; ++beat) {
      const bool ends = (static_cast<std::int64_t>(v) + 1) % port.vectors == 0;
      text += ends && beat == port.beats - 1 ? '1' : '0';
      for (int word = stream.words; word-- > 0;) {
        const std::int64_t at = beat * stream.words + word;
        for (int bit = stream.bits; bit-- > 0;) {
          text += at >= port.width ? 'x' : vectors[v][at] >> std::min(bit, 31) & 1 ? '1' : '0';
        }
      }
      text += '\n';
    }
  }
  return text;
}

// Streams given.txt through `top` and holds what comes out against expected.txt; prints the cycles
// of the first beat taken and of the answers' last beats, or what is wrong. Of reset it sees EDGES
// edges of the clock; +stalls lets both ends pause for random times.
constexpr char kBench[] = R"(
module bench;
  logic clk = 1'b0, rst_n = 1'b1, stalls;
  logic in_valid = 1'b0, in_last = 1'bx, out_ready = 1'b0;
  wire  in_ready, out_valid, out_last;
  logic [IN_BITS-1:0] in_data = 'x;
  wire  [OUT_BITS-1:0] out_data;
  logic [IN_BITS:0] given[0:GIVEN-1];
  logic [OUT_BITS:0] expected[0:EXPECTED-1];
  wire  [STREAMS-1:0] valid = {VALID}, ready = {READY}, last = {LAST};
  integer sent = 0, taken = 0, cycle = 0, in_left = 0, out_left = 0, seed = 1;
  logic offering = 1'b0, in_pause = 1'b1, out_pause = 1'b1, wrong = 1'b0;

  top dut (
    .clk_i(clk), .rst_ni(rst_n),
    .IN_valid_i(in_valid), .IN_ready_o(in_ready), .IN_data_i(in_data), .IN_last_i(in_last),
    .OUT_valid_o(out_valid), .OUT_ready_i(out_ready), .OUT_data_o(out_data), .OUT_last_o(out_last)
  );

  function automatic integer burst(input integer unused);
    burst = 1 + $unsigned($random(seed)) % (1 << $unsigned($random(seed)) % 8);
  endfunction

  initial begin
    stalls = $test$plusargs("stalls");
    $readmemb("given.txt", given);
    $readmemb("expected.txt", expected);
    #1 rst_n = 1'b0; #1;
    repeat (EDGES) begin
      clk = 1'b1; #1; clk = 1'b0; #1;
    end
    rst_n = 1'b1;
    while (taken < EXPECTED && cycle < 1000000 && !wrong) begin
      if (in_left == 0) begin
        in_left = burst(0); in_pause = stalls & ~in_pause;
      end
      if (out_left == 0) begin
        out_left = burst(0); out_pause = stalls & ~out_pause;
      end
      in_left = in_left - 1;
      out_left = out_left - 1;
      offering = offering | (sent < GIVEN & ~in_pause);
      in_valid = offering;
      {in_last, in_data} = offering ? given[sent] : 'x;
      out_ready = ~out_pause;
      #1;
      for (int s = 0; s < STREAMS; s++) begin
        if ((valid[s] ^ ready[s]) === 1'bx || (valid[s] & last[s]) === 1'bx) begin
          $display("stream %0d, cycle %0d: valid %b, ready %b, last %b", s, cycle, valid[s],
                   ready[s], last[s]);
          wrong = 1'b1;
        end
      end
      if (in_valid && in_ready === 1'b1) begin
        if (sent == 0) $display("first %0d", cycle);
        sent = sent + 1;
        offering = 1'b0;
      end
      if (out_valid === 1'b1 && out_ready) begin
        if (({out_last, out_data} ==? expected[taken]) !== 1'b1) begin
          $display("beat %0d, cycle %0d: %b, not %b", taken, cycle, {out_last, out_data},
                   expected[taken]);
          wrong = 1'b1;
        end
        taken = taken + 1;
        if (out_last) $display("end %0d", cycle);
      end
      clk = 1'b1; #1; clk = 1'b0; #1;
      cycle = cycle + 1;
    end
    if (taken < EXPECTED) $display("%0d of %0d beats", taken, EXPECTED);
    $finish;
  end
endmodule
)";

// A small program as a design in a folder, with frames and golden's answers for them.
struct Bench {
  static constexpr int kFrames = 3;
  TestFolder folder;
  Program program;
  Plan plan;

  Bench(const NetSpec& spec, const HardwareSpec& hardware, std::uint64_t seed) {
    Rng rng{seed};
    program = random_program(spec, rng);
    plan = plan_program(program, hardware);
    emit(plan, program, folder.path());
    const Golden golden(program);
    std::vector<Tensor<std::int32_t>> frames;
    Vectors answers;
    for (int i = 0; i < kFrames; ++i) {
      frames.push_back(random_tokens(program, rng));
      answers.push_back(golden.run(frames.back()));
    }
    write_file(folder / "given.txt",
               beats_of(plan.design, plan.design.inputs[0], vectors_of(frames)));
    write_file(folder / "expected.txt", beats_of(plan.design, plan.design.outputs[0], answers));
  }

  // With the files of a technology, and reset for as many edges of the clock.
  void compile(const std::string& tech, int edges) const {
    const Port &in = plan.design.inputs.at(0), &out = plan.design.outputs.at(0);
    std::string text = kBench;
    const auto set = [&](const std::string& name, const std::string& value) {
      for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos;) {
        text.replace(at, name.size(), value);
      }
    };
    const auto signals = [&](const char* kind) {
      std::string list;
      for (std::size_t s = plan.design.streams.size(); s-- > 0;) {
        list += fmt::format("{}dut.s{}_{}", list.empty() ? "" : ", ", s, kind);
      }
      return list;
    };
    set("{VALID}", "{" + signals("valid") + "}");
    set("{READY}", "{" + signals("ready") + "}");
    set("{LAST}", "{" + signals("last") + "}");
    set("IN_BITS", std::to_string(plan.design.streams[in.stream].data_bits()));
    set("OUT_BITS", std::to_string(plan.design.streams[out.stream].data_bits()));
    set(".IN_", "." + identifier(in.name) + "_");
    set(".OUT_", "." + identifier(out.name) + "_");
    set("GIVEN", std::to_string(kFrames * in.vectors * in.beats));
    set("EXPECTED", std::to_string(kFrames * out.vectors * out.beats));
    set("STREAMS", std::to_string(plan.design.streams.size()));
    set("EDGES", std::to_string(edges));
    write_file(folder / "bench.sv", text);
    output_of({"iverilog", "-g2012", "-s", "bench", "-o", "bench.vvp", "-f",
               tech.empty() ? "files.f" : "files_" + tech + ".f", "bench.sv"},
              folder.path());
  }

  // What the bench prints, without Icarus' warning that the array of a memory counts its words from
  // 0.
  std::string simulate(bool stalls) const {
    std::istringstream lines(
        output_of({"vvp", "-n", "bench.vvp", stalls ? "+stalls" : "+none"}, folder.path()));
    std::string text;
    for (std::string line; std::getline(lines, line);) {
      if (!line.ends_with("$readmemh: Standard inconsistency, following 1364-2005.")) {
        text += line + "\n";
      }
    }
    return text;
  }
};

void expect_right(const Bench& bench) {
  for (const std::string tech : {"", "asic"}) {
    SCOPED_TRACE(tech);
    // An asynchronous reset needs no clock.
    bench.compile(tech, tech.empty() ? 1 : 0);
    if (testing::Test::HasFailure()) return;
    const CycleReport& cycles = bench.plan.cycles;
    ASSERT_GE(cycles.frame_ends.size(), std::size_t{Bench::kFrames});
    std::string planned = fmt::format("first {}\n", cycles.frame_ends[0] - cycles.latency + 1);
    for (int i = 0; i < Bench::kFrames; ++i)
      planned += fmt::format("end {}\n", cycles.frame_ends[i]);
    EXPECT_EQ(bench.simulate(false), planned);
    // With stalls, some cycles and nothing else.
    std::string stalled = bench.simulate(true);
    std::erase_if(stalled, [](char c) { return c >= '0' && c <= '9'; });
    EXPECT_EQ(stalled, "first \nend \nend \nend \n");
  }
}

NetSpec small_net(int blocks) {
  NetSpec spec;
  spec.model.D = 4, spec.model.E = 1, spec.model.N = 2, spec.model.M = blocks, spec.model.K = 3;
  spec.model.P = {4, 4};
  return spec;
}

TEST(Icarus, AModelIsBitEqualAndCycleExactWithUnknownValues) {
  NetSpec spec = small_net(1);
  spec.draw.offsets = true;
  expect_right(Bench(spec, {.lanes = 3}, 41));
}

TEST(Icarus, AModelWithSharedBlocksToo) {
  expect_right(Bench(small_net(2),
                     {.lanes = 4,
                      .shared_blocks = true,
                      .reciprocal = Reciprocal::kDivider,
                      .merged_linears = true},
                     42));
}

TEST(Icarus, AnUnknownHandshakeAndAWrongBitAreFound) {
  const Bench bench(small_net(1), {.lanes = 4}, 43);
  std::string answers = read_file(bench.folder / "expected.txt");
  char& bit = answers[answers.find('\n') - 1];
  bit = bit == '0' ? '1' : '0';
  write_file(bench.folder / "expected.txt", answers);
  bench.compile("", 1);
  EXPECT_NE(bench.simulate(false).find("beat 0, cycle "), std::string::npos);
  // Not reset at all, control does not know what it is.
  bench.compile("", 0);
  EXPECT_NE(bench.simulate(false).find(", cycle 0: valid x, ready "), std::string::npos);
}

TEST(Icarus, EveryModuleIsRead) {
  const TestFolder folder;
  for (const std::string tech : {"", "asic"}) {
    for (const std::string& module : library_modules(tech)) {
      SCOPED_TRACE(module);
      std::vector<std::string> command = {"iverilog", "-g2012", "-s",
                                          module,     "-o",     folder / "module.vvp"};
      for (const std::string& file : rtl_sources(tech)) command.push_back(file);
      output_of(command, rtl_folder());
    }
  }
}

}  // namespace
}  // namespace emamba
