// SPDX-License-Identifier: Apache-2.0
#include "net/cnn.h"

#include <gtest/gtest.h>

#include "base/testing.h"
#include "net/testing.h"

namespace emamba {
namespace {

Program cnn(std::vector<std::string> layers, Size size = {8, 8}, int channels = 5) {
  NetSpec spec;
  spec.sample.height = size.height, spec.sample.width = size.width;
  spec.sample.channels = channels;
  spec.model.kind = NetKind::kCnn;
  spec.model.layers = std::move(layers);
  spec.outputs = 57;
  check(spec.model, spec.sample, "test");
  return network_of(spec).program;
}

// As its paper counts (MARS, An et al., ACM TECS 2021): with means and variances of the norms.
TEST(Cnn, TheMarsNetworkHasItsParameters) {
  const Program program = cnn({"conv 16", "conv 32", "norm", "flatten", "dense 512", "norm"});
  EXPECT_EQ(parameter_count(program), 1085881u);
}

TEST(Cnn, GridsAndNames) {
  const Program program =
      cnn({"conv 4 5x5 /2", "max 2", "conv 6 1x1 norm", "mean", "dense 3"}, {9, 6}, 2);
  std::vector<std::string> names;
  for (const Op& op : program.ops) names.push_back(name_of(op));
  EXPECT_EQ(names, (std::vector<std::string>{"layers.0.window", "layers.0.conv", "layers.1.window",
                                             "layers.1.max", "layers.2.conv", "layers.2.norm",
                                             "layers.2.relu", "layers.3.pool", "layers.4.dense",
                                             "head.out"}));
  const auto vectors = [&](std::size_t op) { return program.edges[op + 1].vectors; };
  EXPECT_EQ(vectors(0), 5 * 3);
  EXPECT_EQ(vectors(3), 2 * 1);
  EXPECT_EQ(program.edges[1].width, 5 * 5 * 2);
  EXPECT_EQ(vectors(7), 1);
}

TEST(Cnn, SaysWhatItCannotRead) {
  const auto refuses = [](std::vector<std::string> layers, const std::string& text) {
    expect_error([&] { cnn(std::move(layers)); }, text);
  };
  refuses({"konv 3"}, "layer 0, \"konv 3\": no such layer");
  refuses({"conv"}, "needs a number of channels");
  refuses({"conv 3 2x2"}, "a kernel of 2 x 2");
  refuses({"conv 3 3x5"}, "\"3x5\" means nothing here");
  refuses({"conv 3 /4"}, "steps of 4 with a kernel of 3");
  refuses({"dense 3 /2"}, "\"/2\" means nothing here");
  refuses({"max 9"}, "the grid has only 8 x 8 vectors");
  refuses({"max"}, "needs a size");
  refuses({"flatten", "conv 3"}, "there is no grid any more");
  refuses({"flatten", "mean"}, "there is one vector already");
  refuses({"]"}, "no [ stands before it");
  refuses({"[", "conv 3", "]"}, "at its [ there are 8 x 8 of 5");
  refuses({"["}, "a [ without its ]");
  refuses({""}, "is empty");
  refuses({"mean 3"}, "has no words behind it");
}

TEST(Cnn, KeysOfAMambaHaveNoMeaning) {
  ModelSpec model;
  model.kind = NetKind::kCnn;
  model.layers = {"conv 3"};
  model.D = 20;
  expect_error([&] { check(model, image_samples(), "test"); }, "model.D = 20 has no meaning");
  model = {};
  model.layers = {"conv 3"};
  expect_error([&] { check(model, image_samples(), "test"); }, "model.layers");
  model.kind = NetKind::kCnn;
  expect_error([&] { check(model, token_samples(), "test"); }, "needs images");
}

}  // namespace
}  // namespace emamba
