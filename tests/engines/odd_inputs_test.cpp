// SPDX-License-Identifier: Apache-2.0
// Data that other tools divide by zero on or lose their precision in: quantised as any other, with
// golden within its bound of floating point on every edge, and the fast engine equal to it.
#include <gtest/gtest.h>

#include <cmath>

#include "data/dataset.h"
#include "exec/compare.h"
#include "exec/evaluate.h"
#include "net/files.h"
#include "net/testing.h"
#include "quant/quantise.h"
#include "quant/testing.h"

namespace emamba {
namespace {

constexpr std::size_t kSamples = 48, kChannels = 3;

// Sequences of 16 steps with three channels, for two classes.
class OddInputs : public testing::Test {
 protected:
  OddInputs() {
    spec_.sample = {.height = 1, .width = 16, .channels = kChannels};
    spec_.model.D = 6, spec_.model.N = 2, spec_.model.M = 1;
    spec_.model.P = {1, 2};
    spec_.outputs = 2;
    split_.name = "train";
    split_.inputs = make_tensor<float>({kSamples, 1, 16, kChannels});
    Rng rng{1};
    for (float& x : split_.inputs.data) x = static_cast<float>(rng.uniform());
    for (std::size_t i = 0; i < kSamples; ++i) split_.labels.push_back(i % 2);
  }
  template <class Change>
  void change_channel(std::size_t channel, const Change& change) {
    auto& x = split_.inputs.data;
    for (std::size_t i = channel; i < x.size(); i += kChannels) x[i] = change(x[i]);
  }
  // Quantised, the engines agree as they do on ordinary data.
  void expect_ordinary() {
    FloatModel model = random_model(spec_, 1, fit_normalisation(spec_.sample, split_));
    keep_delta_positive(model);
    answers(FloatEngine(model), split_.inputs, 2);  // finite, or an Error
    for (const Calibration rule : {Calibration::kMax, Calibration::kPercentile}) {
      const Program program = program_by(model, {}, {}, split_, rule);
      EXPECT_EQ(answers(Golden(program), split_.inputs, 2),
                answers(Fast(program), split_.inputs, 2));
      for (const std::size_t i : {std::size_t{0}, std::size_t{1}, kSamples - 1}) {
        for (const EdgeComparison& edge : compare_engines(model, program, split_.inputs.row(i))) {
          EXPECT_FALSE(edge.beyond) << edge.name << ": float " << edge.float_value << ", golden "
                                    << edge.golden_value << ", bound " << edge.bound;
        }
      }
    }
  }

  NetSpec spec_;
  Split split_;
};

TEST_F(OddInputs, AllZero) {
  std::fill(split_.inputs.data.begin(), split_.inputs.data.end(), 0.0f);
  const Tensor<float> tokens = tokens_of({.height = 1,
                                          .width = 16,
                                          .channels = kChannels,
                                          .patch = {1, 2},
                                          .normalisation = fit_normalisation(spec_.sample, split_)},
                                         split_.inputs.row(0));
  EXPECT_EQ(tokens.data, std::vector<float>(tokens.size()));
  expect_ordinary();
}

TEST_F(OddInputs, AConstantChannelIsZeroAndTheOthersAreAsWithoutIt) {
  const Normalisation before = fit_normalisation(spec_.sample, split_);
  change_channel(1, [](float) { return 1234.5f; });
  const Normalisation after = fit_normalisation(spec_.sample, split_);
  EXPECT_EQ(after.mean[1], 1234.5f);
  EXPECT_EQ(after.std[1], 1);
  for (const std::size_t other : {0, 2}) {
    EXPECT_EQ(after.mean[other], before.mean[other]);
    EXPECT_EQ(after.std[other], before.std[other]);
  }
  expect_ordinary();
}

// A channel in 1000 .. 1001 is normalised as the same one in 0 .. 1, up to the precision that
// single numbers have there: 2^-14.
TEST_F(OddInputs, AChannelFarFromZeroKeepsItsPrecision) {
  const Normalisation before = fit_normalisation(spec_.sample, split_);
  change_channel(0, [](float x) { return 1000 + x; });
  const Normalisation after = fit_normalisation(spec_.sample, split_);
  EXPECT_NEAR(after.mean[0], 1000 + before.mean[0], 2e-4);
  EXPECT_NEAR(after.std[0], before.std[0], 2e-4);
  expect_ordinary();
}

TEST_F(OddInputs, OneOutlierOfAMillion) {
  split_.inputs.row(kSamples - 1)[5] = 1e6f;
  expect_ordinary();
}

// Where the input tells nothing apart, no exponent matters to the outputs, and yet none is given
// up.
TEST_F(OddInputs, TheSearchSaturatesNoEdgeThatSeemsNotToMatter) {
  split_ = first_samples(split_, 8);
  std::fill(split_.inputs.data.begin(), split_.inputs.data.end(), 0.0f);
  FloatModel model = random_model(spec_, 1, fit_normalisation(spec_.sample, split_));
  keep_delta_positive(model);
  QuantSpec quant;
  quant.calibration = Calibration::kSearch;
  const QuantiseResult result = quantise(model, {}, quant, split_, 2);
  for (std::size_t e = 0; e < result.program.edges.size(); ++e) {
    EXPECT_LE(result.report.edges[e].saturated, 0.1) << result.report.edges[e].name;
  }
}

// A model of ordinary data meets the outlier later: it saturates, as docs/arithmetic.md says.
TEST_F(OddInputs, AnOutlierBehindTheCalibrationSaturates) {
  FloatModel model = random_model(spec_, 1, fit_normalisation(spec_.sample, split_));
  keep_delta_positive(model);
  const Program program = program_by(model, {}, {}, split_, Calibration::kMax);
  Tensor<float> far = make_tensor<float>({1, 1, 16, kChannels}), limit = far;
  std::copy_n(split_.inputs.row(0), far.size(), far.data.begin());
  limit = far;
  far.data[4] = 1e6f;
  // The largest number that the input type holds stands there instead.
  const NumberType type = program.edges[0].type;
  const Normalisation& n = program.input.normalisation;
  limit.data[4] = std::ldexp(127.0f, type.exp) * n.std[1] + n.mean[1];
  EXPECT_EQ(answers(Golden(program), far, 1), answers(Golden(program), limit, 1));
  EXPECT_EQ(answers(Fast(program), far, 1), answers(Golden(program), far, 1));
}

// Frames of a radar with 0, 1, 7 and 64 points: the others of its 8 x 8 are zeros, as the published
// features pad them. In any order, points are another input and no other arithmetic.
TEST(RadarFrames, WithFewPointsShuffledAndPaddedRunAsAnyOther) {
  constexpr std::size_t kPoints = 64, kFeatures = 5;
  const Program program = read_program("models/mars-tiny/program.safetensors").content;
  const FloatModel model = read_float_model("models/mars-tiny/finetuned.safetensors").content;
  Rng rng{1};
  for (const std::size_t points : {0, 1, 7, 64}) {
    std::vector<std::vector<float>> frame(kPoints, std::vector<float>(kFeatures));
    for (std::size_t p = 0; p < points; ++p) {
      for (float& feature : frame[p]) feature = static_cast<float>(2 * rng.uniform() - 1);
    }
    for (int shuffled = 0; shuffled < 3; ++shuffled) {
      auto sample = make_tensor<float>({1, 8, 8, kFeatures});
      for (std::size_t p = 0; p < kPoints; ++p) {
        std::copy(frame[p].begin(), frame[p].end(), sample.data.begin() + p * kFeatures);
      }
      EXPECT_EQ(answers(Golden(program), sample, 1), answers(Fast(program), sample, 1));
      for (const EdgeComparison& edge : compare_engines(model, program, sample.row(0))) {
        EXPECT_FALSE(edge.beyond) << points << " points, edge " << edge.name;
      }
      for (std::size_t p = kPoints; p-- > 1;) std::swap(frame[p], frame[rng.below(p + 1)]);
    }
  }
}

}  // namespace
}  // namespace emamba
