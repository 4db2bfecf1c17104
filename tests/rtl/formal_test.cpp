// SPDX-License-Identifier: Apache-2.0
// Proofs: the modules that move beats, and those that round and choose, against the properties in
// tests/formal. Yosys makes the problem. Of streams, z3 looks at every input over some cycles from
// reset on, and ABC, by property directed reachability, at all cycles; of em_requantise, z3 at all
// that there is to see; of em_pwl_line, ABC alone. Every property is also held against modules with
// a fault.
#include <map>

#include "base/process.h"
#include "base/rng.h"
#include "hw/memory_image.h"
#include "hw/units/pwl_tables.h"
#include "sim/testing.h"

namespace emamba {
namespace {

constexpr int kTimeout = 1000;

// A change of a module: `from`, which it must have once, becomes `to`.
struct Fault {
  const char *module, *from, *to;
};

using Parameters = std::map<std::string, std::string>;

enum class Kind { kCombinational, kRegisters };

// A property with its module, as the solvers read them.
struct Problem {
  TestFolder folder;

  // `values`: the words of values.hex, if the property reads it.
  Problem(Kind kind, const std::string& property, const Parameters& parameters,
          const Fault* fault = nullptr, const std::vector<std::string>& values = {}) {
    if (!values.empty()) {
      write_file(folder / "values.hex", fmt::format("{}\n", fmt::join(values, "\n")));
    }
    std::string script = "read_verilog -formal -sv -D SYNTHESIS";
    for (const std::string& source : rtl_sources()) {
      std::string text = read_file(rtl_folder() + "/" + source);
      if (fault != nullptr && source.ends_with(std::string("/") + fault->module + ".sv")) {
        const std::string from = fault->from;
        const std::size_t at = text.find(from);
        EXPECT_TRUE(at != std::string::npos && text.find(from, at + 1) == std::string::npos)
            << fault->module << ": " << from;
        if (at != std::string::npos) text.replace(at, from.size(), fault->to);
      }
      write_file(folder / source, text);
      script += " " + source;
    }
    for (const std::string file : {"formal_rule", "formal_order", property.c_str()}) {
      write_file(folder / (file + ".sv"), read_file(EMAMBA_FORMAL_DIR "/" + file + ".sv"));
      script += " " + file + ".sv";
    }
    script += "; hierarchy -check -top " + property;
    for (const auto& [name, value] : parameters) script += " -chparam " + name + " " + value;
    script +=
        "; proc; flatten; opt -full -nodffe -nosdff; memory -nordff -nomap; dffunmap; "
        "write_smt2 -wires problem.smt2";
    if (kind == Kind::kRegisters) {
      script +=
          "; chformal -cover -remove; setundef -undriven -anyseq; memory_map; "
          "opt -full -nodffe -nosdff; techmap; opt -fast -nodffe -nosdff; dffunmap; "
          "abc -g AND -fast; opt_clean; write_aiger -zinit problem.aig";
    }
    const ProcessResult yosys = run_process(
        {"yosys", "-q", "-p", script}, {.directory = folder.path(), .timeout_seconds = kTimeout});
    EXPECT_EQ(yosys.exit_code, 0) << yosys.output;
  }

  // What a solver says of it; it must say something.
  std::string ask(const std::vector<std::string>& command) const {
    const ProcessResult result =
        run_process(command, {.directory = folder.path(), .timeout_seconds = kTimeout});
    EXPECT_FALSE(result.timed_out);
    return result.output;
  }

  bool ask_z3(const std::vector<std::string>& options) const {
    std::vector<std::string> command = {"yosys-smtbmc", "-s", "z3"};
    command.insert(command.end(), options.begin(), options.end());
    command.emplace_back("problem.smt2");
    const std::string output = ask(command);
    const bool passed = output.find("Status: PASSED") != std::string::npos;
    EXPECT_TRUE(passed || output.find("Status: FAILED") != std::string::npos) << output;
    return passed;
  }
  // No property fails in the first `cycles` cycles.
  bool holds_for(int cycles) const { return ask_z3({"-t", std::to_string(cycles)}); }
  // Whatever the cycle, if only the cycle before is as it may be.
  bool holds_by_induction() const { return ask_z3({"-i", "-t", "1"}); }
  // What the properties speak of does happen within `cycles` cycles.
  bool happens_within(int cycles) const { return ask_z3({"-c", "-t", std::to_string(cycles)}); }
  // No property fails ever.
  bool holds_always() const {
    const std::string output =
        ask({"yosys-abc", "-c", "read_aiger problem.aig; fold; strash; pdr"});
    const bool proved = output.find("Property proved.") != std::string::npos;
    EXPECT_TRUE(proved || output.find("was asserted in frame") != std::string::npos) << output;
    return proved;
  }
};

constexpr int kCycles = 6, kCoverCycles = 16;

void prove(const std::string& property, const std::vector<Parameters>& variants) {
  for (const Parameters& parameters : variants) {
    SCOPED_TRACE(property + " " + testing::PrintToString(parameters));
    const Problem problem(Kind::kRegisters, property, parameters);
    if (testing::Test::HasFailure()) return;
    EXPECT_TRUE(problem.holds_always());
    EXPECT_TRUE(problem.holds_for(kCycles));
    EXPECT_TRUE(problem.happens_within(kCoverCycles));
  }
}

// What has no registers: one cycle is all.
void prove_combinational(const std::string& property, const std::vector<Parameters>& variants) {
  for (const Parameters& parameters : variants) {
    SCOPED_TRACE(property + " " + testing::PrintToString(parameters));
    const Problem problem(Kind::kCombinational, property, parameters);
    if (testing::Test::HasFailure()) return;
    EXPECT_TRUE(problem.holds_by_induction());
    EXPECT_TRUE(problem.holds_for(1));
  }
}

TEST(Formal, StreamRegisterKeepsOrder) {
  prove("formal_fifo", {{{"Registers", "1"}, {"Depth", "2"}}});
}

TEST(Formal, FifoKeepsOrder) {
  std::vector<Parameters> variants;
  for (const char* depth : {"1", "2", "3", "4", "5"}) {
    variants.push_back({{"Width", "1"}, {"Depth", depth}});
    if (depth != std::string("1")) {
      variants.push_back({{"Width", "1"}, {"Depth", depth}, {"Block", "1"}});
    }
  }
  prove("formal_fifo", variants);
}

TEST(Formal, ForkGivesEveryBeatToEachConsumerOnce) {
  prove("formal_fork", {{{"Outputs", "1"}}, {{"Outputs", "2"}}, {{"Outputs", "3"}}});
}

// Vectors that fill their last wide beat, and vectors that do not; a wide beat of one; vectors that
// are shorter than a wide beat.
const std::vector<Parameters>& shapes() {
  static const std::vector<Parameters> shapes = {{{"Factor", "2"}, {"Beats", "4"}},
                                                 {{"Factor", "3"}, {"Beats", "4"}},
                                                 {{"Factor", "1"}, {"Beats", "3"}},
                                                 {{"Factor", "3"}, {"Beats", "2"}}};
  return shapes;
}

TEST(Formal, GatherKeepsOrder) {
  prove("formal_gather", shapes());
}

TEST(Formal, SerialiseKeepsOrder) {
  prove("formal_serialise", shapes());
}

TEST(Formal, MergeTakesEverySequenceFromItsInput) {
  prove("formal_merge",
        {{{"Passes", "1"}}, {{"Passes", "2"}}, {{"Passes", "3"}}, {{"Passes", "4"}}});
}

TEST(Formal, SplitGivesEverySequenceToItsOutput) {
  prove("formal_split",
        {{{"Passes", "1"}}, {{"Passes", "2"}}, {{"Passes", "3"}}, {{"Passes", "4"}}});
}

TEST(Formal, DealGivesEveryOutputItsBeats) {
  const auto beats = [](const std::vector<int>& counts) {
    Bits bits;
    for (const int count : counts) bits.put(count, 32);
    return Parameters{{"Outputs", std::to_string(counts.size())}, {"Beats", bits.literal()}};
  };
  prove("formal_deal", {beats({1, 2}), beats({3, 1}), beats({1, 1}), beats({2, 3, 1})});
}

// Random values, in one context and in several.
struct RandomTable {
  Parameters parameters;
  std::vector<std::string> words;
};
RandomTable random_table(int par, int beats, int contexts, Rng& rng) {
  constexpr int kX = 3, kY = 4;
  RandomTable table;
  Bits all;
  for (int i = 0; i < contexts << kX; ++i) {
    const auto value = static_cast<std::int64_t>(rng.below(1 << kY));
    Bits word;
    word.put(value, kY);
    all.put(value, kY);
    table.words.push_back(word.hex());
  }
  table.parameters = {{"Par", number(par)},      {"Beats", number(beats)},
                      {"XBits", number(kX)},     {"YBits", number(kY)},
                      {"Values", all.literal()}, {"Contexts", number(contexts)}};
  return table;
}

TEST(Formal, TableIsItsDefinition) {
  Rng rng{7};
  for (const auto& [par, beats, contexts] :
       {std::tuple{1, 1, 1}, {2, 2, 2}, {1, 3, 2}, {2, 1, 3}}) {
    const RandomTable table = random_table(par, beats, contexts, rng);
    SCOPED_TRACE(testing::PrintToString(table.parameters));
    const Problem problem(Kind::kRegisters, "formal_table", table.parameters, nullptr, table.words);
    if (testing::Test::HasFailure()) return;
    EXPECT_TRUE(problem.holds_always());
    EXPECT_TRUE(problem.holds_for(kCycles));
    EXPECT_TRUE(problem.happens_within(kCoverCycles));
  }
}

TEST(Formal, FaultsOfATableAreFound) {
  Rng rng{8};
  const RandomTable table = random_table(2, 2, 2, rng);
  for (const Fault& fault :
       {Fault{"em_table_element", "{context_i, x_i}", "{x_i, context_i}"},
        Fault{"em_table", ".context_i(context_now)", ".context_i(1'b0)"},
        Fault{"em_core", "final_context ? '0 : ContextBits", "1'b1 ? '0 : ContextBits"},
        Fault{"em_table", "data_i[i*XBits +: XBits]", "data_i[0 +: XBits]"}}) {
    SCOPED_TRACE(fault.to);
    const Problem problem(Kind::kRegisters, "formal_table", table.parameters, &fault, table.words);
    if (testing::Test::HasFailure()) return;
    EXPECT_FALSE(problem.holds_always());
    EXPECT_FALSE(problem.holds_for(kCycles + 2));
  }
}

std::string shifts(const std::vector<int>& shifts) {
  Bits bits;
  for (const int shift : shifts) bits.put(shift, 8);
  return bits.literal();
}

Parameters requantise(int in, int out, const std::vector<int>& s) {
  return {{"InBits", std::to_string(in)},
          {"OutBits", std::to_string(out)},
          {"Contexts", std::to_string(s.size())},
          {"Shift", shifts(s)}};
}

// To the right and to the left, by nothing and by the most, by less and by more than there are
// bits; into fewer bits and into more, into the fewest; one context and three.
TEST(Formal, RequantiseIsItsDefinition) {
  prove_combinational("formal_requantise",
                      {requantise(20, 8, {7}), requantise(32, 16, {20}), requantise(8, 8, {0}),
                       requantise(24, 17, {-3}), requantise(62, 8, {31}), requantise(11, 8, {14}),
                       requantise(16, 2, {9}), requantise(8, 24, {1}), requantise(8, 24, {-6}),
                       requantise(12, 8, {62}), requantise(12, 8, {-62}), requantise(1, 2, {1}),
                       requantise(14, 8, {3, 5, -1})});
}

// Random lines and knots, some of them equal, some outside the input's range.
Parameters random_lines(int knots, int x_bits, int contexts, Rng& rng) {
  const int limit = 1 << x_bits;  // knots have a bit more than the input
  std::vector<PwlTable> tables(contexts);
  std::vector<const PwlTable*> all;
  for (PwlTable& table : tables) {
    for (int k = 0; k < knots; ++k) {
      table.knots.push_back(rng.between(-limit, limit - 1) / (1 + k % 3));
    }
    if (knots > 2) table.knots[1] = table.knots[0];
    std::sort(table.knots.begin(), table.knots.end());
    table.slope.bits = 12;
    for (int line = 0; line <= knots; ++line) {
      table.slopes.push_back(rng.between(-2048, 2047));
      table.intercepts.push_back(rng.between(-(1 << 23), (1 << 23) - 1));
    }
    all.push_back(&table);
  }
  const PwlTables t = pwl_tables(all, x_bits);
  return {{"Knots", number(t.knots)},          {"XBits", number(x_bits)},
          {"SlopeBits", number(t.slope_bits)}, {"InterceptBits", number(t.intercept_bits)},
          {"Contexts", number(contexts)},      {"KnotTable", t.knot_table},
          {"SlopeTable", t.slope_table},       {"InterceptTable", t.intercept_table}};
}

// For ABC alone: z3 takes too long for tables of this size.
TEST(Formal, PwlLineIsItsDefinition) {
  Rng rng{5};
  for (const Parameters& parameters : {random_lines(18, 8, 1, rng), random_lines(5, 8, 3, rng),
                                       random_lines(1, 4, 1, rng), random_lines(7, 16, 2, rng)}) {
    SCOPED_TRACE(testing::PrintToString(parameters));
    EXPECT_TRUE(Problem(Kind::kRegisters, "formal_pwl_line", parameters).holds_always());
  }
}

// A property that nothing could break would prove nothing. ABC finds every fault, and z3 those of
// what has registers, in few cycles; for some of arithmetic it takes too long.
struct Case {
  const char* property;
  Parameters parameters;
  Fault fault;
};

void expect_found(const std::vector<Case>& cases, bool by_z3) {
  for (const Case& c : cases) {
    SCOPED_TRACE(fmt::format("{}: {} for {}", c.property, c.fault.to, c.fault.from));
    const Problem problem(Kind::kRegisters, c.property, c.parameters, &c.fault);
    if (testing::Test::HasFailure()) return;
    EXPECT_FALSE(problem.holds_always());
    EXPECT_FALSE(by_z3 && problem.holds_for(kCycles));
  }
}

TEST(Formal, FaultsOfStreamsAreFound) {
  const Parameters fifo = {{"Width", "1"}, {"Depth", "3"}};
  const Parameters registers = {{"Registers", "1"}, {"Depth", "2"}};
  const std::vector<Case> cases = {
      {"formal_fifo", fifo, {"em_fifo", "ready_o = ready_q", "ready_o = 1'b1"}},
      {"formal_fifo", fifo, {"em_fifo", "(write_next == read_q)", "(write_q != read_q)"}},
      {"formal_fifo", fifo, {"em_fifo", "push | (valid_q", "(valid_q"}},
      {"formal_fifo", fifo, {"em_fifo", "(read_q == AddressBits'(Depth - 1))", "(1'b0)"}},
      {"formal_fifo", fifo, {"em_ram", "if (write_i) words[write", "if (1'b1) words[write"}},
      {"formal_fifo", fifo, {"em_ram", "words[write_address_i]", "words[0]"}},
      {"formal_fifo", registers, {"em_stream_register", "back_valid_q ? back_q :", ""}},
      {"formal_fifo", registers, {"em_stream_register", "if (takes_back) back_q", "back_q"}},
      {"formal_fork", {}, {"em_fork", "? (taken_q | ready_i) : '0", "? ready_i : '0"}},
      {"formal_fork", {}, {"em_fork", "(taken_q | ready_i) : '0", "(taken_q | ready_i) : taken_q"}},
      {"formal_fork", {}, {"em_fork", "&(taken_q | ready_i)", "|(taken_q | ready_i)"}},
      {"formal_gather", {}, {"em_gather", "slot == SlotBits'(i)", "slot >= SlotBits'(i)"}},
      {"formal_gather", {}, {"em_gather", ".EmitEvery(Factor)", ".EmitEvery(1)"}},
      {"formal_gather", {}, {"em_core", "= ready_i | ~valid_o", "= 1'b1"}},
      {"formal_serialise", {}, {"em_serialise", ".PopEvery(Factor)", ".PopEvery(1)"}},
      {"formal_serialise", {}, {"em_serialise", "slot == SlotBits'(i)", "slot == '0"}},
      {"formal_serialise", {{"Beats", "5"}}, {"em_core", ": sequence_last_o", ": last_i[0]"}},
      {"formal_merge", {}, {"em_merge", "PassBits'(Passes - 1)", "PassBits'(Passes - 2)"}},
      {"formal_merge", {}, {"em_merge", "valid_o && ready_i && last_o", "valid_o && last_o"}},
      {"formal_split", {}, {"em_split", "PassBits'(Passes - 1)", "PassBits'(Passes - 2)"}},
      {"formal_split", {}, {"em_split", "valid_i && ready_o && last_i", "valid_i && last_i"}},
      {"formal_deal", {}, {"em_deal", "- 32'd1)", "- 32'd0)"}},
      {"formal_deal", {}, {"em_deal", "{Outputs{last_i}} & ends", "{Outputs{last_i}}"}},
      {"formal_deal", {}, {"em_deal", "|(ready_i & turn_q)", "|ready_i"}},
      {"formal_deal", {}, {"em_deal", "if (valid_i && ready_o) begin", "if (valid_i) begin"}},
      {"formal_split",
       {},
       {"em_register", "data_q <= data_i;\n    end\n  end\n\n",
        "data_q <= 1;\n    end\n  end\n\n"}},
  };
  expect_found(cases, true);
}

TEST(Formal, FaultsOfArithmeticAreFound) {
  const Parameters one = requantise(20, 8, {7}), three = requantise(14, 8, {3, 5, -1});
  Rng rng{6};
  const Parameters tables = random_lines(7, 8, 2, rng);
  const std::vector<Case> cases = {
      {"formal_requantise", one, {"em_requantise", "<< (S - 1)", "<< S"}},
      {"formal_requantise", one, {"em_requantise", "over ? ", "1'b0 ? "}},
      {"formal_requantise",
       one,
       {"em_requantise", "[Kept-1:OutBits-1] !=", "[Kept-1:OutBits-1] <"}},
      {"formal_requantise", three, {"em_requantise", "for (int c = 1; c <", "for (int c = 2; c <"}},
      {"formal_pwl_line", tables, {"em_pwl_line", "(x >= (Knot", "(x > (Knot"}},
      {"formal_pwl_line", tables, {"em_pwl_line", "^ Sign;", ";"}},
  };
  expect_found(cases, false);
}

}  // namespace
}  // namespace emamba
