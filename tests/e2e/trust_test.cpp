// SPDX-License-Identifier: Apache-2.0
// Nothing is lost, nothing stale is used, nothing impossible is passed over in silence.
#include <filesystem>

#include "base/npy.h"
#include "tool.h"

namespace emamba {
namespace {

using nlohmann::json;

class Trust : public Tool {
 protected:
  ToolRun trained(const std::string& config, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"train", config, "--out", out()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return succeed(arguments);
  }
  std::string hash(const std::string& name) const { return sha256_file(out() + "/" + name); }

  // The tool with no other program in its PATH but those that stand in `folder`.
  ToolRun run_with_path(const std::string& folder, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {folder, EMAMBA_TOOL});
    return run_script("export PATH=$1; shift; exec \"$@\"", arguments);
  }
  std::string fake_program(const std::string& name, const std::string& script) {
    const std::string path = folder_ / ("bin/" + name);
    write_file(path, "#!/bin/bash\n" + script + "\n");
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return folder_ / "bin";
  }
};

// --- Work lost --------------------------------------------------------------------------------

TEST_F(Trust, TrainReplacesNoModelUnasked) {
  const std::string config = write_config();
  trained(config);
  const std::string before = hash("model.safetensors");
  for (const std::string named : {"--resume", "--force", "--out DIR"}) {
    expect_failure({"train", config, "--out", out()}, 1, named);
  }
  expect_failure({"train", config, "--out", out(), "--set", "train.seed=2"}, 1, "a trained model");
  EXPECT_EQ(hash("model.safetensors"), before);
  trained(config, {"--resume"});
  EXPECT_EQ(hash("model.safetensors"), before);
  trained(config, {"--force", "--set", "train.seed=2"});
  EXPECT_NE(hash("model.safetensors"), before);
}

TEST_F(Trust, TrainReplacesNoCheckpointUnasked) {
  const std::string config = write_config();
  trained(config);
  std::filesystem::remove(out() + "/model.safetensors");
  const std::string before = hash("checkpoint.safetensors");
  expect_failure({"train", config, "--out", out()}, 1, "the checkpoint of a training");
  EXPECT_EQ(hash("checkpoint.safetensors"), before);
}

TEST_F(Trust, FlowReplacesNoModelUnasked) {
  const std::string config = write_config();
  trained(config);
  const std::string before = hash("model.safetensors");
  std::vector<std::string> flow = {"flow",  config, "--frames", "0",           "--json",
                                   "--out", out(),  "--set",    "train.seed=2"};
  expect_failure(flow, 1, "--force");
  EXPECT_EQ(hash("model.safetensors"), before);
  flow.emplace_back("--force");
  EXPECT_EQ(succeed(flow).json().at("stages").at("train").at("status"), "run");
}

// The last epoch was done, and the model not yet written: nothing is trained again.
TEST_F(Trust, FlowWritesTheModelOfACompleteCheckpoint) {
  const std::string config = write_config();
  trained(config);
  const std::string before = hash("model.safetensors");
  std::filesystem::remove(out() + "/model.safetensors");
  const ToolRun flow = succeed({"flow", config, "--frames", "0", "--out", out()});
  EXPECT_NE(flow.out.find("the training goes on from"), std::string::npos) << flow.out;
  EXPECT_EQ(hash("model.safetensors"), before);
}

TEST_F(Trust, OneProcessAtATimeWritesIntoAFolder) {
  const std::string config = write_config();
  const ToolRun both = run_script(
      R"(tool=$1 config=$2 out=$3
         "$tool" train "$config" --out "$out" --set train.epochs=9999 & first=$!
         while [[ ! -e $out/checkpoint.safetensors ]]; do sleep 0.02; done
         "$tool" train "$config" --out "$out" --force; echo train $?
         "$tool" flow "$config" --out "$out"; echo flow $?
         kill -KILL $first; wait $first
         "$tool" train "$config" --out "$out" --force > /dev/null; echo after $?
         echo pid $first)",
      {EMAMBA_TOOL, config, out()});
  EXPECT_NE(both.out.find("train 1\nflow 1\nafter 0\n"), std::string::npos) << both.out << both.err;
  const std::string pid = both.out.substr(both.out.rfind(' ') + 1);
  EXPECT_NE(both.err.find("in use by process " + pid.substr(0, pid.size() - 1) + " ("),
            std::string::npos)
      << both.err;
  EXPECT_FALSE(file_exists(out() + "/.lock"));
}

TEST_F(Trust, AFolderInAModelsPlaceIsFoundBeforeTraining) {
  const std::string config = write_config();
  std::filesystem::create_directories(out() + "/model.safetensors");
  for (const std::string verb : {"train", "flow"}) {
    expect_failure({verb, config, "--out", out()}, 1, "model.safetensors: is a folder");
    EXPECT_FALSE(file_exists(out() + "/checkpoint.safetensors"));
  }
}

TEST_F(Trust, ResultsOfOtherDataAreNotReplacedUnasked) {
  const std::string config = write_config();
  const std::string place = std::filesystem::path(config).parent_path();
  Tensor<float> inputs{{60, 8, 2}, {}}, targets{{60}, {}};
  for (int i = 0; i < 960; ++i) inputs.data.push_back(static_cast<float>(i * 7 % 11) - 5);
  for (int i = 0; i < 60; ++i) targets.data.push_back(static_cast<float>(i % 2));
  for (const std::string part : {"train", "test"}) {
    write_npy(place + "/x_" + part + ".npy", inputs);
    write_npy(place + "/y_" + part + ".npy", targets);
  }
  write_file(config,
             "name = \"own\"\ntask = \"own\"\n"
             "model = { D = 4, N = 2, M = 1, P = [1, 1] }\nquant = { samples = 16 }\n"
             "train = { epochs = 1, batch = 16 }\n"
             "[data]\nanswer = \"classes\"\n"
             "train = { inputs = \"x_train.npy\", targets = \"y_train.npy\" }\n"
             "test = { inputs = \"x_test.npy\", targets = \"y_test.npy\" }\n");
  succeed({"train", config, "--out", place});
  succeed({"quantize", config, "--out", place});
  succeed({"results", config});
  const std::string before = read_file(place + "/results.json");
  inputs.data[3] = 4;
  write_npy(place + "/x_test.npy", inputs);
  const ToolRun refused = run({"results", config});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.err.find("test.inputs"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("--force"), std::string::npos) << refused.err;
  EXPECT_EQ(read_file(place + "/results.json"), before);
  succeed({"results", config, "--force"});
}

// --- Stale ------------------------------------------------------------------------------------

TEST_F(Trust, AProgramOfAnEarlierTrainingIsRefused) {
  const std::string config = write_config();
  trained(config);
  succeed({"quantize", config, "--out", out()});
  trained(config, {"--force", "--set", "train.seed=2"});
  const std::vector<std::vector<std::string>> readers = {
      {"eval", "--engine", "golden"}, {"eval", "--engine", "fast"},
      {"eval", "--functions", "pwl"}, {"emit"},
      {"verify", "--frames", "1"},    {"synth"},
      {"predict", "--input", "x.npy"}};
  for (const std::vector<std::string>& reader : readers) {
    std::vector<std::string> arguments = {reader.front(), config, "--out", out()};
    arguments.insert(arguments.end(), reader.begin() + 1, reader.end());
    expect_failure(arguments, 1, "made from another model than " + out() + "/model.safetensors");
    expect_failure(arguments, 1, "emamba quantize");
  }
  EXPECT_FALSE(succeed({"estimate", config, "--out", out(), "--json"}).json().at("trained"));
  succeed({"quantize", config, "--out", out()});
  succeed({"eval", config, "--out", out(), "--engine", "golden"});
}

TEST_F(Trust, AModelsFileDoesNotDependOnHowPathsWereTyped) {
  const std::string config = write_config();
  const ToolRun typed = run_script(
      R"(cd "$2/model" && "$1" train config.toml --out "$2/a" && "$1" quantize config.toml --out "$2/a" &&
         cd .. && "$1" train model/../model/config.toml --out b && "$1" quantize ./model/config.toml --out b)",
      {EMAMBA_TOOL, folder_.path()});
  ASSERT_EQ(typed.exit_code, 0) << typed.err;
  for (const std::string file : {"/model.safetensors", "/program.safetensors"}) {
    const std::string bytes = read_file(folder_ / ("a" + file));
    EXPECT_EQ(bytes, read_file(folder_ / ("b" + file)));
    EXPECT_EQ(bytes.find("config.toml"), std::string::npos);
    EXPECT_EQ(bytes.find(folder_.path()), std::string::npos);
  }
}

// --- Impossible -------------------------------------------------------------------------------

TEST_F(Trust, WhatHasNoIntegersIsSaidBeforeTheWork) {
  const std::string config = write_config();
  for (const std::string key : {"model.norm=rms", "model.delta_activation=softplus"}) {
    expect_failure({"estimate", config, "--set", key}, 1, "exists in floating point only");
    expect_failure({"flow", config, "--out", out(), "--set", key}, 1,
                   "exists in floating point only");
    EXPECT_FALSE(file_exists(out() + "/checkpoint.safetensors"));
    // No advice to quantise what quantising refuses.
    const ToolRun eval = run({"eval", config, "--out", out(), "--engine", "golden", "--set", key});
    EXPECT_EQ(eval.err.find("emamba quantize"), std::string::npos) << eval.err;
  }
}

TEST_F(Trust, LanesThatDoNotFitAreRefusedByEveryVerb) {
  const std::string config = write_config();
  for (const std::string verb : {"train", "quantize", "eval", "estimate", "flow"}) {
    expect_failure({verb, config, "--out", out(), "--set", "hardware.lanes=4096"}, 1,
                   "hardware.lanes = 4096");
  }
}

// --- Silent -----------------------------------------------------------------------------------

TEST_F(Trust, FlowWithoutHardwareEndsWithAReport) {
  const std::string config = write_config();
  succeed({"flow", config, "--out", out(), "--frames", "0"});
  for (const std::string page : {"/report.html", "/report.md"}) {
    EXPECT_NE(read_file(out() + page).find("No hardware has been planned"), std::string::npos);
  }
}

TEST_F(Trust, FlowWithoutVerilatorEndsWithAReportAndSaysSo) {
  const std::string config = write_config();
  const ToolRun flow =
      run_with_path(folder_ / "empty", {"flow", config, "--out", out(), "--frames", "2"});
  EXPECT_EQ(flow.exit_code, 3) << flow.err;
  EXPECT_NE(flow.err.find("verilator is not installed"), std::string::npos) << flow.err;
  EXPECT_NE(flow.out.find("not simulated"), std::string::npos) << flow.out;
  EXPECT_NE(read_file(out() + "/report.md").find("has not been simulated"), std::string::npos);
}

TEST_F(Trust, DoctorSurvivesAToolThatHangs) {
  const std::string path = fake_program("verilator", "exec /bin/sleep 1000");
  const ToolRun doctor = run_with_path(path, {"doctor", "--json"});
  ASSERT_EQ(doctor.exit_code, 0) << doctor.err;
  const json checks = doctor.json().at("checks");
  for (const json& check : checks) {
    if (check.at("name") != "verilator") continue;
    EXPECT_TRUE(check.at("found").is_null());
    EXPECT_NE(check.at("problem").get<std::string>().find("does not say its version"),
              std::string::npos);
  }
}

TEST_F(Trust, OnlyTrainingLoadsLibTorch) {
  const ToolRun libraries = run_script("ldd \"$1\"", {EMAMBA_TOOL});
  EXPECT_NE(libraries.out.find("libstdc++"), std::string::npos);
  EXPECT_EQ(libraries.out.find("torch"), std::string::npos) << libraries.out;
}

TEST_F(Trust, AnInstalledToolTrains) {
  const std::string config = write_config();
  const ToolRun installed = run_script(
      R"sh(cmake --install "$(dirname "$1")" --prefix "$2" > /dev/null &&
         "$2/bin/emamba" train "$3" --out "$4" && head -1 "$2/share/man/man1/emamba.1" &&
         bash -n "$2/share/bash-completion/completions/emamba")sh",
      {EMAMBA_TOOL, folder_ / "prefix", config, out()});
  EXPECT_EQ(installed.exit_code, 0) << installed.err;
  EXPECT_NE(installed.out.find(".TH EMAMBA"), std::string::npos) << installed.out;
  // The plug-in of another build is refused.
  const std::string plugin = folder_ / "prefix/lib/emamba/emamba_train.so";
  std::string bytes = read_file(plugin);
  const std::string version = succeed({"--version"}).out;
  const std::size_t at = bytes.find(version.substr(version.find('+') + 1, 12));
  ASSERT_NE(at, std::string::npos);
  bytes[at] = bytes[at] == '0' ? '1' : '0';
  write_file(plugin, bytes);
  const ToolRun other = run_script("\"$1\" train \"$2\" --out \"$3\"",
                                   {folder_ / "prefix/bin/emamba", config, folder_ / "other"});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_NE(other.err.find("is of another build"), std::string::npos) << other.err;
}

// --- Words ------------------------------------------------------------------------------------

TEST_F(Trust, CommandLinesThatSayTooMuchOrTooLittle) {
  const std::string config = write_config();
  expect_failure({"estimate", config, "--set", "train.epochs=3\ntrain.seed=2"}, 1,
                 "more than one assignment");
  expect_failure({"estimate", config, "--out", ""}, 2, "--out");
  expect_failure({"estimate", config, "--data", ""}, 2, "--data");
  expect_failure({"estimate", config, "--set", "train.lr=nan"}, 1, "train.lr = nan");
  expect_failure({"verify", config, "--wave", folder_ / "none/wave.vcd"}, 1, "there is no folder");
  expect_failure({"server", config}, 2, "Verbs are: ");
  EXPECT_EQ(run({"server"}).err.find("did you mean"), std::string::npos);
  expect_failure({"train", "-strange.toml"}, 2, "'-strange.toml' is not understood");
  const ToolRun dashed =
      run_script(R"(cd "$2/model"; cp config.toml ./-x.toml; "$1" estimate -x.toml)",
                 {EMAMBA_TOOL, folder_.path()});
  EXPECT_NE(dashed.err.find("./-x.toml"), std::string::npos) << dashed.err;
}

TEST_F(Trust, ABatchLargerThanTheDataIsTheData) {
  const std::string config = write_config();
  trained(config, {"--set", "train.batch=65536", "--set", "train.epochs=1"});
}

TEST_F(Trust, HelpIsAVerbAPageAndCompletion) {
  EXPECT_EQ(succeed({"help", "train"}).out, succeed({"train", "--help"}).out);
  EXPECT_EQ(succeed({"help", "data", "fetch"}).out, succeed({"data", "fetch", "--help"}).out);
  EXPECT_EQ(succeed({"help"}).out, succeed({"--help"}).out);
  expect_failure({"help", "trian"}, 2, "did you mean 'train'?");
  const std::string page = succeed({"help", "--man"}).out;
  EXPECT_TRUE(page.starts_with(".TH EMAMBA 1")) << page;
  EXPECT_NE(page.find(".SS verify"), std::string::npos);
  const ToolRun completed = run_script(
      R"(source <("$1" help --completion)
         COMP_WORDS=(emamba tr) COMP_CWORD=1; _emamba; echo "${COMPREPLY[@]}"
         COMP_WORDS=(emamba eval --fr) COMP_CWORD=2; _emamba; echo "${COMPREPLY[@]}"
         COMP_WORDS=(emamba data fetch --da) COMP_CWORD=3; _emamba; echo "${COMPREPLY[@]}")",
      {EMAMBA_TOOL});
  EXPECT_EQ(completed.out, "train\n--frames\n--data\n") << completed.err;
}

}  // namespace
}  // namespace emamba
