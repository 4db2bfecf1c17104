// SPDX-License-Identifier: Apache-2.0
// A user's own data from files to answers, in this process.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/npy.h"
#include "data/own_config.h"
#include "data/own_testing.h"
#include "flow/files.h"
#include "flow/flow.h"
#include "flow/predict.h"

namespace emamba {
namespace {

using nlohmann::json;
using Shape = std::vector<std::size_t>;

// Windows of 16 steps and 3 channels; class 1 where the second channel rises. Numbers to learn: the
// means of two channels.
class OwnFlow : public testing::Test {
 protected:
  void write(bool numbers) {
    Rng rng{1};
    for (const auto& [part, count] : {std::pair("train", 200), std::pair("test", 40)}) {
      const auto samples = static_cast<std::size_t>(count);
      auto x = make_tensor<float>({samples, 16, 3});
      auto labels = make_tensor<std::int64_t>({samples});
      auto means = make_tensor<float>({samples, 2});
      for (std::size_t i = 0; i < samples; ++i) {
        const int label = rng.between(0, 1);
        labels.data[i] = label;
        for (std::size_t t = 0; t < 16; ++t) {
          for (std::size_t c = 0; c < 3; ++c) {
            const double trend = c == 1 ? (2 * label - 1) * 0.3 * static_cast<double>(t) : 0;
            const double v = trend + rng.normal();
            x.row(i)[t * 3 + c] = static_cast<float>(v);
            if (c < 2) means.row(i)[c] += static_cast<float>(v / 16);
          }
        }
      }
      write_npy(file("x", part), x);
      numbers ? write_npy(file("y", part), means) : write_npy(file("y", part), labels);
    }
  }
  std::string file(const std::string& role, const std::string& part) const {
    return folder_ / (role + "_" + part + ".npy");
  }
  // The starting configuration for the files, `lines` more, and the job of it.
  Job job(const std::vector<std::string>& overrides) {
    const OwnTask task = open_own_data(guess_files(
        {file("x", "train"), file("y", "train"), file("x", "test"), file("y", "test")}));
    write_file(folder_ / "config.toml", starting_config(task, "own-test", folder_.path()));
    std::vector<std::string> all = {"train.epochs=4", "quant.samples=64", "quant.calibration=max"};
    all.insert(all.end(), overrides.begin(), overrides.end());
    return open_job(folder_ / "config.toml", all,
                    {.out = folder_ / "out", .data = "", .threads = 1, .observer = {}});
  }

  TestFolder folder_;
};

TEST_F(OwnFlow, ClassesFromFilesToAnswers) {
  write(false);
  const Job job = this->job({"data.classes=[\"falling\", \"rising\"]"});
  EXPECT_EQ(job.spec.model.P.height, 1) << "cut along time";
  const json result = run_flow(job, {.frames = 0});
  EXPECT_GT(result.at("summary").at("golden").at("accuracy"), 85);
  const json details = result.at("stages").at("eval-golden").at("details");
  EXPECT_EQ(details.at("classes"), json({"falling", "rising"}));

  // What predict answers for the test samples is what eval counted.
  const EvalFiles files = require_files(job, {.engine = Engine::kGolden});
  const std::string bytes = read_file(file("x", "test"));
  const Tensor<float> samples =
      samples_from_npy(job.spec.task, files.program.content.input, bytes, "x_test.npy");
  EXPECT_EQ(samples.shape, (Shape{40, 1, 16, 3}));
  Tensor<float> outputs;
  const json answers = predict_stage(job, Engine::kGolden, files, samples, outputs);
  EXPECT_EQ(answers.at("samples"), 40);
  const auto labels = read_npy_integers(file("y", "test"));
  int right = 0;
  for (std::size_t i = 0; i < 40; ++i) right += answers.at("labels")[i] == labels.data[i];
  EXPECT_NEAR(result.at("summary").at("golden").at("accuracy").get<double>(), right * 2.5, 1e-9);
  EXPECT_EQ(outputs_csv(job.spec.task, outputs).substr(0, 28), "sample,falling,rising,class\n");

  // Vector by vector, the same answers.
  std::size_t next = 0;
  std::vector<Prediction> streamed;
  const auto width = static_cast<std::size_t>(job.spec.model.P.width) * 3;
  predict_stream(
      job, Engine::kGolden, files,
      [&]() -> std::vector<float> {
        if (next == samples.size()) return {};
        const auto* from = samples.data.data() + next;
        next += width;
        return {from, from + width};
      },
      [&](const Prediction& answer) { streamed.push_back(answer); });
  ASSERT_EQ(streamed.size(), 40u);
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(streamed[i].outputs, std::vector<float>(outputs.row(i), outputs.row(i + 1)));
    EXPECT_EQ(streamed[i].label, answers.at("labels")[i]);
  }
}

TEST_F(OwnFlow, NumbersHaveTheUsersNamesAndUnit) {
  write(true);
  const Job job =
      this->job({"data.outputs=[\"left\", \"right\"]", "data.unit=V", "train.epochs=30"});
  const json result = run_flow(job, {.frames = 0});
  const json metrics = result.at("summary").at("golden");
  ASSERT_TRUE(metrics.contains("rmse_v")) << metrics.dump();
  EXPECT_LT(metrics.at("rmse_v"), 1.0);  // always the mean: 1.26
  const std::vector<float> outputs = {0.5f, -1};
  EXPECT_EQ(prediction_of(job.spec.task, outputs.data(), 2).text, "left 0.5 V, right -1 V");
}

TEST_F(OwnFlow, BadSamplesAreNamed) {
  write(false);
  const Job job = this->job({});
  const Input input{
      .height = 1, .width = 16, .channels = 3, .normalisation = {{0, 0, 0}, {1, 1, 1e-30f}}};
  const auto read = [&](const Tensor<float>& samples) {
    return samples_from_npy(job.spec.task, input, serialise_npy(samples), "x.npy");
  };
  const auto reject = [&](const Tensor<float>& samples, const std::string& message) {
    expect_error([&] { read(samples); }, message);
  };
  reject(make_tensor<float>({2, 16, 4}),
         "x.npy: shape (2, 16, 4), where samples of (1, 16, 3) are needed");
  auto samples = make_tensor<float>({2, 16, 3});
  samples.data[48 + 3 * 5 + 2] = std::numeric_limits<float>::infinity();
  reject(samples, "x.npy: sample 1, [0, 5, 2] is inf");
  samples.data[48 + 3 * 5 + 2] = 1e9f;
  reject(samples, "x.npy: sample 1, [0, 5, 2] is 1000000000");
  reject(make_tensor<float>({0, 16, 3}), "there are no samples");
  EXPECT_EQ(read(make_tensor<float>({16, 3})).shape, (Shape{1, 1, 16, 3}));
}

// As data.nonfinite says of the task's own files.
TEST_F(OwnFlow, NewSamplesAreSaturatedToo) {
  write(false);
  const Job job = this->job({"data.nonfinite=saturate"});
  const Input input{
      .height = 1, .width = 16, .channels = 3, .normalisation = {{0, 0, 0}, {1, 1, 1}}};
  auto samples = make_tensor<float>({2, 16, 3});
  samples.data[7] = std::numeric_limits<float>::infinity();
  const Tensor<float> read =
      samples_from_npy(job.spec.task, input, serialise_npy(samples), "x.npy");
  EXPECT_GT(read.data[7], 0);
  EXPECT_LT(read.data[7], 100);
}

// What a model is trained with goes into it and into its program, for whoever runs them alone.
TEST_F(OwnFlow, ModelAndProgramHoldHowNumbersSaturate) {
  write(false);
  Tensor<float> x = read_npy(file("x", "train"));
  x.data[1] = -std::numeric_limits<float>::infinity();
  x.data[2] = std::numeric_limits<float>::quiet_NaN();
  write_npy(file("x", "train"), x);
  const Job job = this->job({"data.nonfinite=saturate", "train.epochs=1"});
  run_flow(job, {.frames = 0});
  const Extremes model =
      load_model(job.out + "/model.safetensors").content.network.input.normalisation.saturate;
  ASSERT_EQ(model.largest.size(), 3u);
  for (std::size_t c = 0; c < 3; ++c) EXPECT_LT(model.smallest[c], model.largest[c]);
  EXPECT_EQ(load_program(job.out + "/program.safetensors").content.input.normalisation.saturate,
            model);
}

// A model of other data with the same keys is not taken for this one's.
TEST_F(OwnFlow, AModelOfAnotherNumberOfOutputsIsNotTaken) {
  write(false);
  const Job first = job({"train.epochs=1"});
  run_flow(first, {.frames = 0});
  const Job second = job({"train.epochs=1", "data.classes=[\"a\", \"b\", \"c\"]"});
  expect_error([&] { require_model(second); }, "the network at head.out");
}

TEST_F(OwnFlow, DataKeysNeedTheirTask) {
  expect_error([] { parse_spec("name = 'x'\ntask = 'mars'\n[data]\nunit = 'm'\n", "c.toml"); },
               "c.toml: data.unit is given, but task = \"mars\"");
  expect_error([] { parse_spec("name = 'x'\ntask = 'own'\n", "c.toml"); }, "data.train.inputs");
  expect_error([] { parse_spec("name = 'x'\ntask = 'mras'\n", "c.toml"); },
               "c.toml: task = \"mras\": must be one of");
}

}  // namespace
}  // namespace emamba
