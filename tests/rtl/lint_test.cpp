// SPDX-License-Identifier: Apache-2.0
// The library and generated tops as their readers see them: lint, structure, and parameters that
// plan and module agree on.
#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <sstream>

#include "fx/attention.h"
#include "fx/mean.h"
#include "fx/range_norm.h"
#include "fx/scan.h"
#include "hw/em_pkg.h"
#include "programs.h"
#include "sim/testing.h"

namespace emamba {
namespace {

// Trees instantiate themselves, which Verilator does not follow from the top; em_linear's and
// em_norm_stats' lint covers them.
TEST(Lint, EveryModuleIsClean) {
  for (const std::string& module : library_modules()) {
    if (module.ends_with("_tree")) continue;
    SCOPED_TRACE(module);
    EXPECT_EQ(
        output_of({"verilator", "--lint-only", "-Wall", "-f", "rtl.f", "--top-module", module},
                  rtl_folder()),
        "");
  }
}

// A design's tree as Verilator writes it, a tag a line.
struct XmlNode {
  std::string tag;  // what stands between < and >
  std::vector<XmlNode> children;
  bool is(const std::string& name) const { return tag == name || tag.starts_with(name + " "); }
};

// The value of an attribute in a tag; "" when there is none.
std::string attribute(const std::string& tag, const std::string& name) {
  const std::size_t at = tag.find(" " + name + "=\"");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name.size() + 3;
  return tag.substr(begin, tag.find('"', begin) - begin);
}

XmlNode read_xml(const std::string& xml) {
  XmlNode root;
  std::vector<XmlNode*> path = {&root};
  std::istringstream lines(xml);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t begin = line.find('<'), end = line.rfind('>');
    if (begin == std::string::npos || std::strchr("?!", line[begin + 1])) continue;
    const std::string tag = line.substr(begin + 1, end - begin - 1);
    if (tag.starts_with('/')) {
      path.pop_back();
    } else {
      path.back()->children.push_back({tag, {}});
      if (!tag.ends_with('/')) path.push_back(&path.back()->children.back());
    }
  }
  EXPECT_EQ(path.size(), 1u);
  return root;
}

void add_variables(const XmlNode& node, std::set<std::string>& names) {
  if (node.is("varref")) names.insert(attribute(node.tag, "name"));
  for (const XmlNode& child : node.children) add_variables(child, names);
}

bool extends_a_sign(const XmlNode& node) {
  return node.is("extends") ||
         std::any_of(node.children.begin(), node.children.end(), extends_a_sign);
}

// Whether this left side, or a part of it, is a slice that begins at a place known at run time:
// that depends on more than the variables of the loops around it.
bool moves(const XmlNode& left, const std::set<std::string>& loops) {
  const auto one_moves = [&](const XmlNode& part) { return moves(part, loops); };
  if (left.is("concat")) {
    return std::any_of(left.children.begin(), left.children.end(), one_moves);
  }
  if (!left.is("sel")) return false;
  std::set<std::string> names;
  add_variables(left.children.at(1), names);
  return !std::includes(loops.begin(), loops.end(), names.begin(), names.end());
}

// Where a sign is extended into a slice with a run-time index, as FILE:LINE.
void find_signed_slices(const XmlNode& node, std::set<std::string> loops,
                        std::map<std::string, std::string>& files, std::set<std::string>& places) {
  if (node.is("file")) files[attribute(node.tag, "id")] = attribute(node.tag, "filename");
  // A loop's condition, behind what comes before it, asks about its variable and constants.
  if (node.is("while")) add_variables(node.children.at(1), loops);
  if ((node.is("assign") || node.is("assigndly") || node.is("contassign")) &&
      moves(node.children.back(), loops) && extends_a_sign(node.children.front())) {
    std::istringstream location(attribute(node.tag, "loc"));
    std::string file, line;
    std::getline(std::getline(location, file, ','), line, ',');
    places.insert(files[file] + ":" + line);
  }
  for (const XmlNode& child : node.children) find_signed_slices(child, loops, files, places);
}

std::set<std::string> signed_slices(const std::string& top, const std::string& list,
                                    const std::string& directory) {
  const TestFolder folder;
  output_of({"verilator", "--xml-only", "--xml-output", folder / "tree.xml", "-Wno-fatal",
             "-Wno-lint", "--top-module", top, "-f", list},
            directory);
  std::map<std::string, std::string> files;
  std::set<std::string> places;
  find_signed_slices(read_xml(read_file(folder / "tree.xml")), {}, files, places);
  return places;
}

// Yosys 0.23 puts zeros before a narrower signed value that is written to a slice with a run-time
// index, and a sum or a choice of such values. What is extended must be so in a variable before.
TEST(Lint, NoSignIsExtendedIntoASliceWithARunTimeIndex) {
  for (const std::string& module : library_modules()) {
    if (module == "em_adder_tree") continue;
    EXPECT_EQ(signed_slices(module, "rtl.f", rtl_folder()), std::set<std::string>{}) << module;
  }
}

TEST(Lint, ASignExtendedIntoASliceWithARunTimeIndexIsFound) {
  const TestFolder folder;
  write_file(folder / "list.f", "slices.sv\n");
  write_file(folder / "slices.sv",
             "module slices (\n"
             "  input  logic clk_i,\n"
             "  input  logic [1:0] slot_i,\n"
             "  input  logic signed [3:0] a_i,\n"
             "  input  logic [3:0] u_i,\n"
             "  output logic [31:0] p_o, q_o, r_o, s_o, t_o\n"
             ");\n"
             "  logic signed [7:0] wide;\n"
             "  assign wide = 8'(a_i);\n"
             "  always_ff @(posedge clk_i) p_o[slot_i*8 +: 8] <= a_i;\n"
             "  always_comb begin\n"
             "    q_o = '0; r_o = '0; s_o = '0;\n"
             "    q_o[slot_i*8 +: 8] = u_i[0] ? a_i : a_i + 4'sd1;\n"
             "    r_o[slot_i*8 +: 8] = wide;\n"
             "    s_o[slot_i*8 +: 8] = u_i;\n"
             "    for (int i = 0; i < 2; i++) s_o[i*8 +: 8] = a_i;\n"
             "    for (int i = 0; i < 2; i++) s_o[32'(slot_i)+i*8 +: 8] = a_i;\n"
             "  end\n"
             "  assign t_o[8 +: 8] = a_i;\n"
             "endmodule\n");
  EXPECT_EQ(signed_slices("slices", "list.f", folder.path()),
            (std::set<std::string>{"slices.sv:10", "slices.sv:13", "slices.sv:17"}));
}

// Of kTransformer and kConvolutional networks of these kinds, else Mambas.
constexpr std::uint64_t kTransformer = 6, kConvolutional = 7;
Program program_of(std::uint64_t seed, bool offsets = false) {
  Rng rng{seed};
  NetSpec spec = random_net(rng);
  if (seed == kConvolutional) spec = random_cnn(rng);
  while (seed == kTransformer && (spec.model.kind != NetKind::kVit || spec.model.M < 2 ||
                                  spec.model.norm != Norm::kLayer)) {
    spec = random_vit(rng);
  }
  spec.draw.offsets = offsets;
  return random_program(spec, rng);
}

HardwareSpec hardware_of(const Program& program, std::uint64_t seed) {
  HardwareSpec hardware;
  hardware.lanes = 1 + static_cast<int>(seed % static_cast<std::uint64_t>(most_lanes(program)));
  hardware.shared_blocks = seed % 2 == 0;
  hardware.reciprocal = seed % 3 == 0 ? Reciprocal::kDivider : Reciprocal::kTable;
  hardware.functions = seed % 3 == 1 ? Functions::kLines : Functions::kTable;
  hardware.paired_products = seed % 4 != 3;
  hardware.merged_linears = seed % 3 == 2;
  return hardware;
}

TEST(Lint, GeneratedTopsAreClean) {
  for (const std::uint64_t seed :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, kTransformer, kConvolutional}) {
    SCOPED_TRACE(seed);
    const Program program = program_of(seed, seed % 2 == 1);
    const TestFolder folder;
    emit(plan_program(program, hardware_of(program, seed)), program, folder.path());
    EXPECT_EQ(
        output_of({"verilator", "--lint-only", "-Wall", "-f", "files.f", "--top-module", "top"},
                  folder.path()),
        "");
    // There, reset is asynchronous for hardware, and a signal like any other for its checks.
    // Verilator sees memories of latches only if it does not say who it is.
    for (const char* who : {"-DVERILATOR=1", "-UVERILATOR"}) {
      if (seed == 2 || seed == 3) continue;
      EXPECT_EQ(output_of({"verilator", "--lint-only", "-Wall", "-Wno-SYNCASYNCNET", who, "-f",
                           "files_asic.f", "--top-module", "top"},
                          folder.path()),
                "");
    }
    EXPECT_EQ(signed_slices("top", "files.f", folder.path()), std::set<std::string>{});
  }
}

// A third reader, which tools/setup-slang installs.
TEST(Lint, SlangReadsDesignsOfEveryTechnology) {
  const std::string slang = std::filesystem::absolute("build/slang/bin/slang");
  if (!file_exists(slang)) GTEST_SKIP() << "slang is not there: tools/setup-slang";
  const std::string dsp = std::filesystem::absolute("tests/rtl/dsp48e2_model.sv");
  for (std::uint64_t seed = 2; seed <= kConvolutional; ++seed) {
    SCOPED_TRACE(seed);
    const Program program = program_of(seed, seed % 2 == 0);
    const TestFolder folder;
    emit(plan_program(program, hardware_of(program, seed)), program, folder.path());
    for (const std::string tech : kTechnologies) {
      const std::string list = tech.empty() ? "files.f" : "files_" + tech + ".f";
      EXPECT_EQ(output_of({slang, "-f", list, dsp, "--top", "top", "-Werror"}, folder.path()), "")
          << list;
    }
  }
}

TEST(Lint, ATopHoldsInstancesWiresAndNumbersOnly) {
  const Program program = program_of(2);
  std::istringstream lines(top_module(plan_program(program, hardware_of(program, 2)).design));
  int instances = 0;
  for (std::string line; std::getline(lines, line);) {
    // How a line may begin; what follows is a name, a range or one connection.
    bool known = line.empty();
    for (const char* begin :
         {"//", "module top (", "  input ", "  output ", ");", "endmodule", "  logic ", "  assign ",
          "  em_", "    .", "  ) u_", "  );", "  //"}) {
      known = known || line.starts_with(begin);
    }
    EXPECT_TRUE(known) << line;
    instances += line.find(" u_") != std::string::npos ? 1 : 0;
    if (line.starts_with("  assign ")) {
      // But for `ready` of the inputs, which is low in reset.
      const std::string gate = " & rst_ni;";
      if (line.ends_with(gate)) line.resize(line.size() - gate.size());
      EXPECT_EQ(line.find_first_of("+-*&|^~?<>{}[]()"), std::string::npos) << line;
    }
    for (const char* word :
         {"always", "case", " if ", "function", "initial", "generate", "parameter"}) {
      EXPECT_EQ(line.starts_with("//") || line.find(word) == std::string::npos, true) << line;
    }
  }
  EXPECT_GT(instances, 10);
}

TEST(Lint, TheSameDesignGivesTheSameBytes) {
  const Program program = program_of(4);
  const HardwareSpec hardware = hardware_of(program, 4);
  const TestFolder a, b;
  emit(plan_program(program, hardware), program, a.path());
  emit(plan_program(program, hardware), program, b.path());
  EXPECT_EQ(output_of({"diff", "-r", a.path(), b.path()}, "/"), "");
}

// A module as Verilator describes it.
struct ModuleDescription {
  std::string name;                              // as written
  std::map<std::string, std::string> values;     // of parameters, in hexadecimal; "" for text
  std::vector<std::string> parameters;           // those that an instance may set
  std::map<std::string, std::string> instances;  // instance -> Verilator's name of its module
};

// The modules of a design, by Verilator's names.
std::map<std::string, ModuleDescription> describe(const std::string& xml) {
  std::map<std::string, ModuleDescription> modules;
  std::istringstream lines(xml);
  ModuleDescription* module = nullptr;
  std::string variable;
  for (std::string line; std::getline(lines, line);) {
    const std::string tag = line.substr(std::min(line.find('<'), line.size()));
    if (tag.starts_with("<module ")) {
      module = &modules[attribute(tag, "name")];
      module->name = attribute(tag, "origName");
    } else if (tag.starts_with("<instance ") && module != nullptr) {
      module->instances[attribute(tag, "name")] = attribute(tag, "defName");
    } else if (tag.starts_with("<var ") && module != nullptr) {
      variable.clear();
      const bool own = attribute(tag, "param") == "true";
      if (own || attribute(tag, "localparam") == "true") variable = attribute(tag, "name");
      if (own) module->parameters.push_back(variable);
    } else if (tag.starts_with("<const ") && !variable.empty()) {
      // For example 32&apos;sh8
      const std::string value = attribute(tag, "name");
      const std::size_t digits = value.rfind('h');
      module->values[variable] = digits == std::string::npos ? "" : value.substr(digits + 1);
      variable.clear();
    }
  }
  return modules;
}

// The numbers of an instance of em_core.
Steps steps_of(const ModuleDescription& core) {
  const auto number = [](const std::string& hex) { return std::stoll(hex, nullptr, 16); };
  Steps steps;
  steps.depth = static_cast<int>(number(core.values.at("Depth")));
  steps.active = number(core.values.at("Active"));
  steps.idle = static_cast<int>(number(core.values.at("Idle")));
  steps.emit_from = number(core.values.at("EmitFrom"));
  steps.emit_every = number(core.values.at("EmitEvery"));
  // 32 bits an input, that of the first input lowest; zeros in front are not written.
  std::string list = core.values.at("PopEvery");
  const auto inputs = static_cast<std::size_t>(number(core.values.at("Inputs")));
  list.insert(0, 8 * inputs - std::min(8 * inputs, list.size()), '0');
  steps.pop_every.clear();
  for (std::size_t i = inputs; i-- > 0;) steps.pop_every.push_back(number(list.substr(8 * i, 8)));
  return steps;
}

// Plan and RTL describe a module twice: its parameters by name, and when its core takes and gives
// beats. They must agree.
TEST(Lint, PlanAndModulesAgree) {
  for (const std::uint64_t seed :
       {std::uint64_t{3}, std::uint64_t{5}, kTransformer, kConvolutional}) {
    const Program program = program_of(seed, seed == kTransformer);
    const Plan plan = plan_program(program, hardware_of(program, seed));
    const TestFolder folder;
    emit(plan, program, folder.path());
    output_of({"verilator", "--xml-only", "--xml-output", "top.xml", "-f", "files.f",
               "--top-module", "top"},
              folder.path());
    const std::string xml = read_file(folder / "top.xml");
    const auto modules = describe(xml);
    const auto& instances = modules.at("top").instances;
    int cores = 0;
    for (const Instance& instance : plan.design.instances) {
      SCOPED_TRACE(instance.module + " " + instance.name);
      ASSERT_TRUE(instances.contains(instance.name));
      const ModuleDescription& module = modules.at(instances.at(instance.name));
      EXPECT_EQ(module.name, instance.module);
      std::vector<std::string> planned;
      for (const Parameter& p : instance.parameters) planned.push_back(p.name);
      std::vector<std::string> own = module.parameters;
      // A linear without bias has no file for it; one exponent for all channels needs no offsets.
      for (const char* optional : {"BiasInit", "MaxOffset", "OffsetInit"}) {
        if (std::find(planned.begin(), planned.end(), optional) == planned.end()) {
          std::erase(own, optional);
        }
      }
      EXPECT_EQ(planned, own);
      const auto* steps = std::get_if<Steps>(&instance.timing);
      EXPECT_EQ(module.instances.contains("u_core"), steps != nullptr);
      if (steps == nullptr || !module.instances.contains("u_core")) continue;
      const ModuleDescription& core = modules.at(module.instances.at("u_core"));
      EXPECT_EQ(core.name, "em_core");
      const Steps own_steps = steps_of(core);
      EXPECT_EQ(own_steps.depth, steps->depth);
      EXPECT_EQ(own_steps.active, steps->active);
      EXPECT_EQ(own_steps.idle, steps->idle);
      EXPECT_EQ(own_steps.pop_every, steps->pop_every);
      EXPECT_EQ(own_steps.emit_from, steps->emit_from);
      EXPECT_EQ(own_steps.emit_every, steps->emit_every);
      ++cores;
    }
    EXPECT_GT(cores, seed == kConvolutional ? 5 : 10);
  }
}

// The constants of docs/arithmetic.md and of the plan stand in C++ and in em_pkg.
TEST(Lint, PackageAndCppAgreeOnConstants) {
  const int mean_bits = fx::signed_bits(fx::mean_reciprocal(1));
  std::string body;
  const auto expect = [&](const std::string& constant, int value) {
    body += fmt::format("  if (em_pkg::{0} != {1}) $error(\"{0} = %0d, not {1}\", em_pkg::{0});\n",
                        constant, value);
  };
  expect("MulLatency", kMulLatency);
  expect("StateDrop", fx::kStateDrop);
  expect("ReciprocalBits", fx::kReciprocalBits);
  expect("RatioBits", fx::kRatioBits);
  expect("RatioFraction", fx::kRatioFraction);
  expect("MeanReciprocalBits", mean_bits);
  for (const int width : {1, 2, 3, 20, 32, 33, 1024}) {
    expect(fmt::format("reciprocal_fraction({})", width), fx::reciprocal_fraction(width));
    expect(fmt::format("divider_steps({})", width), divider_steps(width));
  }
  expect("ReciprocalEntryFraction", fx::kReciprocalEntryFraction);
  expect("RootEntryFraction", fx::kRootEntryFraction);
  for (const int keys : {2, 3, 16, 49, 1024}) {
    expect(fmt::format("weight_sum_fraction({})", keys), fx::weight_sum_fraction(keys));
    expect(fmt::format("weight_reciprocal_bits({})", keys), fx::weight_reciprocal_bits(keys));
  }
  const TestFolder folder;
  write_file(folder / "constants.sv", "module constants;\n" + body + "endmodule\n");
  EXPECT_EQ(output_of({"verilator", "--lint-only", "-Wall", "-f", "rtl.f", "--top-module",
                       "constants", folder / "constants.sv"},
                      rtl_folder()),
            "");
}

// A module with a parameter that it cannot have is refused, with the module, the parameter and its
// value.
TEST(Lint, ModulesRefuseParameters) {
  struct Case {
    const char *module, *parameter, *message;
  };
  for (const Case& c : {
           Case{"em_add", "AccBits=8", "em_add: AccBits = 8: cannot hold the sum in context 0"},
           Case{"em_channel_shift", "MaxOffset=8", "em_channel_shift: MaxOffset = 8: must be"},
           Case{"em_core", "EmitEvery=3", "em_core: EmitEvery = 3: must be 1"},
           Case{"em_embed", "Vocab=40000", "em_embed: XBits = 16: cannot hold the ids of Vocab"},
           Case{"em_fifo", "Depth=0", "em_fifo: Width = 32, Depth = 0: must be 1 or more"},
           Case{"em_mean_pool", "SumBits=11", "em_mean_pool: SumBits = 11: cannot hold Tokens"},
           Case{"em_norm_stats", "Width=1025", "em_norm_stats: Width = 1025: must be 1 .. 1024"},
           Case{"em_pwl_line", "KnotTable=18'd1", "em_pwl_line: KnotTable: 0 comes behind 1"},
           Case{"em_requantise", "Shift=8'd63", "em_requantise: Shift = 63: must be -62 .. 62"},
           Case{"em_scan", "BWords=7", "em_scan: BWords = 7: fewer than NPar * NBeats = 8"},
           Case{"em_scan_cell", "StateBits=8", "em_scan_cell: StateBits = 8: must be 9 or more"},
       }) {
    SCOPED_TRACE(c.message);
    const ProcessResult result =
        run_process({"verilator", "--lint-only", "-f", "rtl.f", "--top-module", c.module,
                     std::string("-G") + c.parameter},
                    {.directory = rtl_folder(), .timeout_seconds = 300});
    EXPECT_NE(result.exit_code, 0);
    EXPECT_NE(result.output.find(c.message), std::string::npos) << result.output;
  }
}

}  // namespace
}  // namespace emamba
