// SPDX-License-Identifier: Apache-2.0
// The library and generated tops as their readers see them: lint, structure, and parameters that
// plan and module agree on.
#include <map>
#include <sstream>

#include "base/process.h"
#include "sim/testing.h"

namespace emamba {
namespace {

std::string run(std::vector<std::string> command, const std::string& directory) {
  command.insert(command.begin(), {"env", "-C", directory});
  const ProcessResult result = run_process(command, false, 300);
  EXPECT_EQ(result.exit_code, 0) << result.output;
  return result.output;
}

// em_adder_tree instantiates itself, which Verilator does not follow from the top; em_linear's lint
// covers it.
TEST(Lint, EveryModuleIsClean) {
  for (const std::string& source : rtl_sources()) {
    const std::string module =
        source.substr(source.rfind('/') + 1, source.rfind('.') - source.rfind('/') - 1);
    if (module == "em_pkg" || module == "em_adder_tree") continue;
    SCOPED_TRACE(module);
    EXPECT_EQ(run({"verilator", "--lint-only", "-Wall", "-f", "rtl.f", "--top-module", module},
                  rtl_folder()),
              "");
  }
}

Program program_of(std::uint64_t seed, WeightExponents exponents = WeightExponents::kPerTensor) {
  Rng rng{seed};
  Spec spec = random_spec(rng);
  spec.quant.weight_exponents = exponents;
  return random_program(spec, rng);
}

HardwareSpec hardware_of(const Program& program, std::uint64_t seed) {
  HardwareSpec hardware;
  hardware.lanes = 1 + static_cast<int>(seed % static_cast<std::uint64_t>(program.spec.ED()));
  hardware.shared_blocks = seed % 2 == 0;
  hardware.reciprocal = seed % 3 == 0 ? Reciprocal::kDivider : Reciprocal::kTable;
  return hardware;
}

TEST(Lint, GeneratedTopsAreClean) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    SCOPED_TRACE(seed);
    const Program program = program_of(
        seed, seed % 2 == 0 ? WeightExponents::kPerTensor : WeightExponents::kPerChannel);
    const TestFolder folder;
    emit(plan_program(program, hardware_of(program, seed)), program, folder.path());
    EXPECT_EQ(run({"verilator", "--lint-only", "-Wall", "-f", "files.f", "--top-module", "top"},
                  folder.path()),
              "");
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
  EXPECT_EQ(run({"diff", "-r", a.path(), b.path()}, "/"), "");
}

// The parameters that Verilator's description of a module lists: name -> value, or "" for text.
struct ModuleDescription {
  std::string name;                           // as written
  std::map<std::string, std::string> values;  // parameters and local ones
  std::vector<std::string> parameters;        // those that an instance may set
};

// The value of an attribute in a tag; "" when there is none.
std::string attribute(const std::string& tag, const std::string& name) {
  const std::size_t at = tag.find(" " + name + "=\"");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name.size() + 3;
  return tag.substr(begin, tag.find('"', begin) - begin);
}

struct Description {
  std::map<std::string, ModuleDescription> modules;  // by Verilator's name
  std::map<std::string, std::string> instances;      // instance -> module
};

Description describe(const std::string& xml) {
  Description all;
  std::istringstream lines(xml);
  ModuleDescription* module = nullptr;
  std::string variable;
  for (std::string line; std::getline(lines, line);) {
    const std::string tag = line.substr(std::min(line.find('<'), line.size()));
    if (tag.starts_with("<module ")) {
      module = &all.modules[attribute(tag, "name")];
      module->name = attribute(tag, "origName");
    } else if (tag.starts_with("<instance ")) {
      all.instances[attribute(tag, "name")] = attribute(tag, "defName");
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
  return all;
}

// Plan and RTL describe a module twice: its parameters by name, its pipeline depth and its idle
// cycles. They must agree.
TEST(Lint, PlanAndModuleAgreeOnParameters) {
  for (std::uint64_t seed : {3, 5, 6}) {
    const Program program =
        program_of(seed, seed == 6 ? WeightExponents::kPerChannel : WeightExponents::kPerTensor);
    const Plan plan = plan_program(program, hardware_of(program, seed));
    const TestFolder folder;
    emit(plan, program, folder.path());
    run({"verilator", "--xml-only", "--xml-output", "top.xml", "-f", "files.f", "--top-module",
         "top"},
        folder.path());
    const std::string xml = read_file(folder / "top.xml");
    const auto [modules, instances] = describe(xml);
    int depths = 0;
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
      if (steps == nullptr || steps->depth == 0) continue;
      ASSERT_TRUE(module.values.contains("Depth"));
      EXPECT_EQ(std::stoi(module.values.at("Depth"), nullptr, 16), steps->depth);
      ++depths;
      if (module.values.contains("Idle")) {
        EXPECT_EQ(std::stoi(module.values.at("Idle"), nullptr, 16), steps->idle);
      }
    }
    EXPECT_GT(depths, 10);
  }
}

}  // namespace
}  // namespace emamba
