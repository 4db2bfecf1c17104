// SPDX-License-Identifier: Apache-2.0
// Inputs and results that are not finite: every engine says the same of them.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/testing.h"
#include "exec/evaluate.h"
#include "net/files.h"
#include "tester.h"

namespace emamba {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Images of 8 x 8 pixels with 2 channels.
class NonFinite : public testing::Test {
 protected:
  NonFinite() {
    NetSpec spec;
    spec.sample = {.height = 8, .width = 8, .channels = 2};
    const Program network = network_of(spec).program;
    Rng rng{1};
    program_ = random_program(network, {}, rng);
    model_ = random_model(network, 1, network.input.normalisation);
    set_normalisation({{10, 20}, {4, 8}});
    samples_ = make_tensor<float>({3, 8, 8, 2});
    for (float& x : samples_.data) x = static_cast<float>(rng.below(40));
  }
  void set_normalisation(const Normalisation& normalisation) {
    program_.input.normalisation = model_.network.input.normalisation = normalisation;
  }
  // Calls check(engine) for each.
  template <class Check>
  void for_engines(const Check& check) const {
    check(FloatEngine(model_));
    check(Golden(program_));
    check(Fast(program_));
  }
  float& at(std::size_t sample, std::size_t row, std::size_t column, std::size_t channel) {
    return samples_.row(sample)[(row * 8 + column) * 2 + channel];
  }

  Program program_;
  FloatModel model_;
  Tensor<float> samples_;
};

TEST_F(NonFinite, InputsAreRefusedByEveryEngineNamingSampleAndChannel) {
  const auto refused = [&](float value, const std::string& message) {
    const float kept = std::exchange(at(2, 3, 5, 1), value);
    for_engines(
        [&](const auto& engine) { expect_error([&] { answers(engine, samples_, 2); }, message); });
    at(2, 3, 5, 1) = kept;
  };
  refused(kNan, "sample 2, [3, 5, 1] is nan, in channel 1");
  refused(kInfinity, "sample 2, [3, 5, 1] is inf, in channel 1");
  refused(-kInfinity, "sample 2, [3, 5, 1] is -inf, in channel 1");
  set_normalisation({{10, 20}, {4, 1e-3f}});
  refused(3e38f, "sample 2, [3, 5, 1] is 3e+38, in channel 1");
}

// NaN becomes 0 and infinities the channel's extremes, whatever the engine.
TEST_F(NonFinite, InputsAreSaturatedAlikeByEveryEngineWhereTheModelSaysSo) {
  set_normalisation({{10, 20}, {4, 8}, {{-3, -7}, {33, 77}}});
  Tensor<float> replaced = samples_;
  const auto put = [&](std::size_t sample, std::size_t channel, float value, float becomes) {
    const std::size_t position =
        static_cast<std::size_t>(&at(sample, 4, 1, channel) - samples_.row(0));
    samples_.data[position] = value;
    replaced.data[position] = becomes;
  };
  put(0, 0, kNan, 0);
  put(0, 1, kInfinity, 77);
  put(1, 0, kInfinity, 33);
  put(1, 1, -kInfinity, -7);
  put(2, 0, -kInfinity, -3);
  for_engines([&](const auto& engine) {
    EXPECT_EQ(answers(engine, samples_, 1), answers(engine, replaced, 1));
  });
  EXPECT_EQ(answers(Golden(program_), samples_, 1), answers(Fast(program_), samples_, 1));
}

TEST_F(NonFinite, TheRuleIsPartOfTheFiles) {
  const TestFolder folder;
  set_normalisation({{10, 20}, {4, 8}, {{-3, -7}, {33, 77}}});
  write_program(folder / "program.safetensors", program_);
  write_float_model(folder / "model.safetensors", model_);
  EXPECT_EQ(read_program(folder / "program.safetensors").content.input.normalisation,
            program_.input.normalisation);
  EXPECT_EQ(read_float_model(folder / "model.safetensors").content.network.input.normalisation,
            program_.input.normalisation);
}

TEST_F(NonFinite, ExtremesThatCannotBeAreRefused) {
  const auto refused = [&](const Extremes& extremes, const std::string& message) {
    set_normalisation({{10, 20}, {4, 8}, extremes});
    expect_error([&] { Golden{program_}; }, message);
  };
  refused({{1}, {2}}, "must have 2 extremes");
  refused({{1, 2}, {}}, "must have 2 extremes");
  refused({{1, 3}, {2, 2}}, "channel 1: smallest 3, largest 2");
  refused({{1, 1}, {kInfinity, 2}}, "channel 0: smallest 1, largest inf");
}

// An overflow inside the float engine is an error, and no class and no error of a metric.
TEST_F(NonFinite, ResultsOfTheFloatEngineAreErrorsNamingSampleAndOutput) {
  for (const float weight : {3e38f, -3e38f}) {
    FloatModel model = model_;
    Tensor<float>& head = model.parameters.at("head.out.weight");
    std::fill(head.data.begin(), head.data.end(), weight);
    const FloatEngine engine(model);
    expect_error([&] { answers(engine, samples_, 1); }, "sample 0, output 0 of vector 0 is ");
    const Tensor<float> tokens = tokens_of(model.network.input, samples_.row(0));
    expect_error([&] { engine.run(tokens); }, "output 0 of vector 0 is ");
    auto state = engine.initial();
    const auto step_all = [&] {
      for (std::size_t t = 0; t < tokens.shape[0]; ++t) engine.step(state, tokens.row(t));
    };
    expect_error(step_all, "output 0 of vector 0 is ");
  }
}

TEST_F(NonFinite, NormalisedVectorsAreRefused) {
  Tensor<float> vectors{{2, 3}, {0, 1, 2, 3, kNan, 5}};
  expect_error(
      [&] {
        quantise_tokens(vectors, {8, -4});
      },
      "[1, 1] of the normalised vectors is nan");
}

}  // namespace
}  // namespace emamba
