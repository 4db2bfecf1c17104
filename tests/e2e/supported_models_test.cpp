// SPDX-License-Identifier: Apache-2.0
// Every model in models/: weights and program belong together, and `emamba eval` prints the numbers
// in its results.json.
#include <algorithm>
#include <filesystem>

#include "data/catalogue.h"
#include "data/dataset.h"
#include "flow/spec.h"
#include "net/files.h"
#include "tool.h"

namespace emamba {
namespace {

using nlohmann::json;

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator("models")) {
    if (entry.is_directory()) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class SupportedModel : public Tool, public testing::WithParamInterface<std::string> {
 protected:
  std::string file(const std::string& name) const { return "models/" + GetParam() + "/" + name; }

  // Whether the model's data set is there; says so if not.
  bool has_data() const {
    const DataSet& set = data_set(read_spec(file("config.toml")).task.data_set);
    const std::string folder = data_folder("");
    return std::all_of(set.files.begin(), set.files.end(), [&](const std::string& name) {
      return !find_data_file(set, folder, name).empty();
    });
  }

  // What `engine` gives against `numbers` in results.json: on the whole test split, or, where that
  // takes long, on the first samples of it. Float engines may differ in the last bits between
  // processors; integers may not.
  void expect_numbers(const std::string& engine, const std::string& numbers,
                      double tolerance_points, double tolerance_cm) {
    if (!has_data())
      GTEST_SKIP() << "the data set of " << GetParam() << " is not in " << data_folder("")
                   << "; `emamba data` says how to get it";
    constexpr double kSlowSeconds = 30;
    const json results = parse_json(read_file(file("results.json")), "results.json");
    const bool slow = engine != "fast" && results.at(numbers).at("seconds") > kSlowSeconds;
    const json& subset = results.at("subset");
    const json& expected = slow ? subset.at(numbers) : results.at(numbers).at("metrics");
    const std::string limit = slow ? subset.at("samples").dump() : "0";
    const json metrics = succeed({"eval", file("config.toml"), "--engine", engine, "--split",
                                  "test", "--frames", limit, "--json", "--out", out()})
                             .json()
                             .at("metrics");
    ASSERT_EQ(metrics.size(), expected.size());
    for (const auto& [name, number] : expected.items()) {
      EXPECT_NEAR(metrics.at(name).get<double>(), number.get<double>(),
                  name == "accuracy" ? tolerance_points : tolerance_cm)
          << name;
    }
  }
};

TEST_P(SupportedModel, FilesBelongTogether) {
  const Spec spec = read_spec(file("config.toml"));
  const FloatModel model = read_float_model(file("model.safetensors")).content;
  EXPECT_EQ(spec_differences(model.network.config, spec, {"task", "model", "train"}),
            std::vector<std::string>{});
  const Program program = read_program(file("program.safetensors")).content;
  EXPECT_EQ(spec_differences(program.config, spec, {"task", "model", "approx", "quant"}),
            std::vector<std::string>{});
  EXPECT_TRUE(program.origin.ends_with(sha256_file(file("model.safetensors")))) << program.origin;
}

TEST_P(SupportedModel, FloatNumbers) {
  expect_numbers("float", "float", 0.02, 0.005);
}

// The same integers, and the same sums of the same floats, on every machine.
TEST_P(SupportedModel, GoldenNumbers) {
  expect_numbers("golden", "golden", 1e-9, 1e-9);
}

TEST_P(SupportedModel, FastGivesGoldensNumbers) {
  expect_numbers("fast", "golden", 1e-9, 1e-9);
}

// The accelerator as configured, and the smallest ones: every bit and every cycle. Of a large model
// the smallest one with merged linears alone, which is one simulator less. Of one with many cycles
// a frame, which would be millions in the smallest, the configured one on few frames.
TEST_P(SupportedModel, HardwareIsBitEqualAndCycleExact) {
  if (!has_data()) GTEST_SKIP() << "the data set of " << GetParam() << " is not there";
  const auto verify = [&](const std::string& frames, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {
        "verify", file("config.toml"), "--frames", frames, "--json", "--out", out()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const json result = succeed(arguments).json();
    EXPECT_EQ(result.at("mismatches"), 0);
    EXPECT_EQ(result.at("frames").dump(), frames);
    for (const char* key : {"latency_cycles", "cycles_per_frame"}) {
      EXPECT_EQ(result.at(key).at("planned"), result.at(key).at("simulated")) << key;
    }
  };
  constexpr int kManyCycles = 20'000;
  const json results = parse_json(read_file(file("results.json")), "results.json");
  const bool long_frames = results.at("hardware").at("cycles_per_frame") > kManyCycles;
  verify(long_frames ? "4" : "64", {});
  if (long_frames) return;
  std::vector<std::string> smallest = {"--set", "hardware.cycles_per_token=0",
                                       "--set", "hardware.shared_blocks=true",
                                       "--set", "hardware.lanes=4"};
  const auto multipliers_of = [&](const std::vector<std::string>& more) {
    std::vector<std::string> estimate = {"estimate", file("config.toml"), "--json"};
    estimate.insert(estimate.end(), more.begin(), more.end());
    return succeed(estimate).json().at("multipliers").get<int>();
  };
  const int apart = multipliers_of(smallest);
  EXPECT_LE(apart, 64);
  std::vector<std::string> merged = smallest;
  merged.insert(merged.end(), {"--set", "hardware.merged_linears=true"});
  const bool merges = multipliers_of(merged) < apart;
  constexpr std::size_t kLarge = 20'000;  // parameters
  if (!merges || results.at("parameters") <= kLarge) verify("4", smallest);
  if (merges) verify("2", merged);
}

INSTANTIATE_TEST_SUITE_P(Models, SupportedModel, testing::ValuesIn(model_names()),
                         [](const auto& model) {
                           std::string name = model.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace emamba
