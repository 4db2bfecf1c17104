// SPDX-License-Identifier: Apache-2.0
// `emamba doctor`: which tools and libraries are there, and what does not work without them.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/machine.h"
#include "base/tool.h"
#include "cli/cli.h"
#include "data/catalogue.h"
#include "data/dataset.h"
#include "data/inventory.h"
#include "flow/version.h"
#include "report/text_table.h"
#include "train/plugin.h"

namespace emamba {
namespace {

struct Check {
  std::string name, disables;  // what its absence disables
  std::string found, problem;  // version or place, "" when missing; why it is there and no use
};

// What a tool says of itself.
Check tool_check(const char* name, const char* disables) {
  const ToolVersion version = tool_version(name);
  return {name, disables, version.text, version.problem};
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

// Which LibTorch training loads, and whether the BLAS that it uses is an optimised one.
std::vector<Check> training_checks() {
  Check torch{"LibTorch", "the verb train", "", ""}, blas{"fast BLAS", "training", "", ""};
  try {
    train_plugin();
    torch.found = resolved(loaded_library("libtorch_cpu"));
  } catch (const Error& e) {
    torch.problem = e.what();
    return {torch, blas};
  }
  const std::string path = blas_library();
  if (path.find("/libblas") == std::string::npos) {
    blas.found = path;
  } else {
    blas.problem = path + ": is the reference; install libopenblas0-pthread";
    blas.disables = "nothing; training is many times slower";
  }
  return {torch, blas};
}

std::string free_disk(const std::string& folder) {
  std::error_code code;
  const std::filesystem::space_info space = std::filesystem::space(folder, code);
  return code ? "" : fmt::format("{:.1f} GiB", static_cast<double>(space.available) / (1ull << 30));
}

Check data_check(const DataSet& set, const std::string& folder) {
  const DataSetState state = inspect_data_set(set, folder);
  Check check{"data: " + state.name, "models on it", "", state.problem};
  if (state.usable()) {
    check.found =
        fmt::format("{} training, {} test samples", state.training_samples, state.test_samples);
  }
  return check;
}

// Tools and data are looked at side by side: one that hangs holds up nobody.
std::vector<Check> all_checks(const std::string& data, const ProgressCallback& progress) {
  using Work = std::function<std::vector<Check>()>;
  const auto tool = [](auto... what) -> Work {
    return [=] { return std::vector{tool_check(what...)}; };
  };
  const char* hardware = "the verbs verify and flow (its hardware)";
  std::vector<Work> work = {
      tool("g++", "building emamba, and the verbs verify and flow"),
      tool("cmake", "building emamba"),
      tool("ninja", "building with the presets"),
      tool("ccache", "nothing; builds again take longer"),
      tool("clang-format", "the format check of ./test"),
      tool("clang-tidy", "tools/tidy"),
      tool("verilator", hardware),
      tool("make", hardware),
      tool("yosys", "the verb synth"),
      tool("sta", "synth --target"),
      tool("curl", "emamba data fetch"),
      tool("tar", "emamba data fetch cifar-10"),
      training_checks,
      [] {
        return std::vector<Check>{{"free disk", "results of any verb", free_disk("."), ""}};
      }};
  for (const DataSet& set : data_sets()) {
    work.emplace_back([&] { return std::vector{data_check(set, data)}; });
  }
  std::vector<std::future<std::vector<Check>>> running;
  for (const Work& one : work) running.push_back(std::async(std::launch::async, one));
  std::vector<Check> checks;
  for (std::size_t i = 0; i < running.size(); ++i) {
    while (running[i].wait_for(std::chrono::milliseconds(200)) != std::future_status::ready) {
      progress(i, running.size(), "tools and data sets");
    }
    for (Check& check : running[i].get()) checks.push_back(std::move(check));
  }
  return checks;
}

void print_checks(const std::vector<Check>& checks) {
  fmt::print("emamba {} on {}\n\n", version(), machine_name());
  TextTable table({"what", "found"});
  for (const Check& check : checks)
    table.add({check.name, !check.found.empty()     ? check.found
                           : !check.problem.empty() ? "no use"
                                                    : "missing"});
  fmt::print("{}", table.text());
  bool complete = true;
  for (const Check& check : checks) {
    if (!check.found.empty()) continue;
    fmt::print("{}without {}: {}{}\n", complete ? "\nWhat is missing disables:\n" : "", check.name,
               check.disables, check.problem.empty() ? "" : fmt::format(" ({})", check.problem));
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
    const std::vector<Check> checks =
        all_checks(data_folder(options->data), workplace_of(*options).observer.progress("doctor"));
    nlohmann::json list = nlohmann::json::array();
    for (const Check& check : checks) {
      list.push_back(
          {{"name", check.name},
           {"found", check.found.empty() ? nlohmann::json() : nlohmann::json(check.found)},
           {"problem", check.problem},
           {"disables", check.disables}});
    }
    print_result(*options, {{"version", version()}, {"machine", machine_name()}, {"checks", list}},
                 [&](const auto&) { print_checks(checks); });
  });
}

}  // namespace emamba
