// SPDX-License-Identifier: Apache-2.0
// `emamba doctor`: which tools and libraries are there, and what does not work without them.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/machine.h"
#include "base/tool.h"
#include "cli/cli.h"
#include "data/dataset.h"
#include "data/inventory.h"
#include "flow/version.h"
#include "report/text_table.h"

namespace emamba {
namespace {

struct Check {
  std::string name, found;  // version or place; "" when missing
  std::string disables;     // what its absence disables
};

// What a tool says of itself; "" when it cannot be used.
std::string version_of(const std::string& name) {
  return tool_version(name).text;
}

// The file behind the symbolic links, whose name holds the version.
std::string resolved(const std::string& path) {
  if (path.empty()) return "";
  std::error_code code;
  const std::filesystem::path file = std::filesystem::canonical(path, code);
  return code ? path : file.string();
}

std::string blas_library() {
  for (const char* name : {"libopenblas", "libmkl", "libblis", "libblas"}) {
    const std::string path = resolved(loaded_library(name));
    if (!path.empty()) return path;
  }
  return "";
}

// Whether the BLAS that training uses is an optimised one.
Check blas_check() {
  const std::string path = blas_library();
  const bool reference = path.find("/libblas") != std::string::npos;
  return {"fast BLAS", reference ? "" : path,
          reference
              ? "training is many times slower with " + path + "; install libopenblas0-pthread"
              : "training"};
}

std::string free_disk(const std::string& folder) {
  std::error_code code;
  const std::filesystem::space_info space = std::filesystem::space(folder, code);
  return code ? "" : fmt::format("{:.1f} GiB", static_cast<double>(space.available) / (1ull << 30));
}

std::vector<Check> all_checks(const std::string& data) {
  std::vector<Check> checks = {
      {"g++", version_of("g++"), "building emamba"},
      {"cmake", version_of("cmake"), "building emamba"},
      {"ninja", version_of("ninja"), "building with the presets"},
      {"ccache", version_of("ccache"), "nothing; builds again take longer"},
      {"clang-format", version_of("clang-format"), "the format check of ./test"},
      {"clang-tidy", version_of("clang-tidy"), "tools/tidy"},
      {"verilator", version_of("verilator"), "the verbs verify and flow (its hardware)"},
      {"make", version_of("make"), "the verbs verify and flow (its hardware)"},
      {"yosys", version_of("yosys"), "the verb synth"},
      {"curl", version_of("curl"), "emamba data fetch"},
      {"tar", version_of("tar"), "emamba data fetch cifar-10"},
      {"LibTorch", resolved(loaded_library("libtorch_cpu")),
       "the verb train (build with -DEMAMBA_TRAIN=ON)"},
      blas_check(),
      {"free disk", free_disk("."), "results of any verb"}};
  for (const DataSetState& state : find_data_sets(data)) {
    const std::string samples =
        fmt::format("{} training, {} test samples", state.training_samples, state.test_samples);
    checks.push_back({"data: " + state.name, state.usable() ? samples : "",
                      fmt::format("models on {}: {}", state.name, state.problem)});
  }
  return checks;
}

void print_checks(const std::vector<Check>& checks) {
  fmt::print("emamba {} on {}\n\n", version(), machine_name());
  TextTable table({"what", "found"});
  for (const Check& check : checks)
    table.add({check.name, check.found.empty() ? "missing" : check.found});
  fmt::print("{}", table.text());
  bool complete = true;
  for (const Check& check : checks) {
    if (!check.found.empty()) continue;
    fmt::print("{}without {}: {}\n", complete ? "\nWhat is missing disables:\n" : "", check.name,
               check.disables);
    complete = false;
  }
  fmt::print("{}", complete ? "\nEverything is there.\n" : "");
}

}  // namespace

void add_doctor(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("doctor", "Say what was found and what each missing tool disables");
  auto options = std::make_shared<CommonOptions>();
  add_data_option(*verb, *options);
  add_json_option(*verb, *options);
  verb->footer("Example: emamba doctor");
  verb->callback([options] {
    const std::vector<Check> checks = all_checks(data_folder(options->data));
    nlohmann::json list = nlohmann::json::array();
    for (const Check& check : checks) {
      list.push_back(
          {{"name", check.name},
           {"found", check.found.empty() ? nlohmann::json() : nlohmann::json(check.found)},
           {"disables", check.disables}});
    }
    print_result(*options, {{"version", version()}, {"machine", machine_name()}, {"checks", list}},
                 [&](const auto&) { print_checks(checks); });
  });
}

}  // namespace emamba
