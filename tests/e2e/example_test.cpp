// SPDX-License-Identifier: Apache-2.0
// The example of one's own data, from the package's file to an accelerator.
// EMAMBA_EXAMPLE_WHEEL names the package where PyPI cannot be reached.
#include <cstdlib>

#include "tool.h"

namespace emamba {
namespace {

using nlohmann::json;

TEST_F(Tool, ShoulderExercisesGoFromAPackageToAnAccelerator) {
  const std::string data = folder_ / "shoulder";
  const char* wheel = std::getenv("EMAMBA_EXAMPLE_WHEEL");
  std::vector<std::string> arguments = {"examples/shoulder-exercises/prepare", data};
  if (wheel != nullptr) arguments.insert(arguments.end(), {"--wheel", wheel});
  const ToolRun prepared = run_script("exec \"$@\"", arguments);
  if (prepared.exit_code != 0) {
    GTEST_SKIP() << "seglearn 1.2.5 cannot be had from PyPI: " << prepared.err;
  }
  std::vector<std::string> init = {"init", data, "--from"};
  for (const char* part : {"train", "val", "test"}) {
    for (const char* role : {"x_", "y_"}) init.push_back(data + "/" + role + part + ".npy");
  }
  succeed(init);
  const std::string config = data + "/config.toml";
  const std::string classes =
      "data.classes=[\"PEN\", \"ABD\", \"FEL\", \"IR\", \"ER\", \"TRAP\", \"ROW\"]";
  const std::vector<std::string> settings = {"--set",          classes, "--set",
                                             "train.epochs=3", "--set", "quant.calibration=max",
                                             "--out",          out()};
  const auto with = [&](std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end(), settings.begin(), settings.end());
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  succeed({"data", "inspect", config});
  const json result = succeed(with({"flow", config}, {"--frames", "4", "--json"})).json();
  const json& verify = result.at("stages").at("verify");
  EXPECT_EQ(verify.at("mismatches"), 0);
  EXPECT_EQ(verify.at("latency_cycles").at("planned"), verify.at("latency_cycles").at("simulated"));
  // Seven classes; subjects that were not trained on.
  EXPECT_GT(result.at("summary").at("golden").at("accuracy"), 2 * 100.0 / 7);

  const json answers =
      succeed(with({"predict", config}, {"--input", data + "/x_test.npy", "--output",
                                         out() + "/answers.npy", "--engine", "golden", "--json"}))
          .json();
  EXPECT_EQ(answers.at("samples"), result.at("summary").at("samples"));
  EXPECT_EQ(answers.at("classes").size(), answers.at("samples").get<std::size_t>());
}

}  // namespace
}  // namespace emamba
