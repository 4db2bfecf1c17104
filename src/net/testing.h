// SPDX-License-Identifier: Apache-2.0
// Helpers of the tests: random networks of synthetic tasks, and programs, models and inputs for
// them.
#pragma once

#include <fmt/ranges.h>

#include <algorithm>

#include "ir/random_model.h"
#include "ir/random_program.h"
#include "net/network.h"

namespace emamba {

// The samples of the synthetic tasks: 8 x 8 grey levels, or 32 ids of 16 tokens; both have 4
// classes.
inline Input image_samples() {
  Input input;
  input.height = input.width = 8;
  return input;
}
inline Input token_samples() {
  Input input;
  input.width = 32;
  input.vocab = 16;
  return input;
}

// What a test's network is made from, and the widths that quantisation would give it.
struct NetSpec {
  Input sample = image_samples();
  ModelSpec model;
  int outputs = 4;
  int output_bits = 16, state_bits = 24;
  DrawOptions draw = {};
};

// Of two channels, whose only vector is the whole image.
inline NetSpec tiny_net(int blocks) {
  NetSpec spec;
  spec.model.D = 2;
  spec.model.E = 1;
  spec.model.N = 2;
  spec.model.M = blocks;
  spec.model.P = {8, 8};
  return spec;
}

inline Network network_of(const NetSpec& spec) {
  Network network = build_network("test", spec.model, spec.sample, spec.outputs);
  Program& program = network.program;
  program.edges.back().type.bits = spec.output_bits;
  for (Op& op : program.ops) {
    if (auto* scan = std::get_if<Scan>(&op)) scan->state_type.bits = spec.state_bits;
  }
  const auto channels = static_cast<std::size_t>(program.input.channels);
  program.input.normalisation = {std::vector<float>(channels, 0.0f),
                                 std::vector<float>(channels, 1.0f)};
  return network;
}

inline Program random_program(const NetSpec& spec, Rng& rng) {
  return random_program(network_of(spec).program, spec.draw, rng);
}

inline FloatModel random_model(const NetSpec& spec, std::uint64_t seed,
                               const Normalisation& normalisation) {
  return random_model(network_of(spec).program, seed, normalisation);
}

// A small network with every switch that has an integer form drawn at random, and one to three
// blocks. The draws stay as they are: golden's integers for them are pinned.
inline NetSpec pinned_net(Rng& rng) {
  NetSpec spec;
  spec.sample = rng.below(3) == 0 ? token_samples() : image_samples();
  ModelSpec& m = spec.model;
  m.D = rng.between(1, 20);
  m.E = rng.between(1, 3);
  m.N = rng.between(1, 9);
  const int side = 1 << rng.between(1, 3);
  m.P = {side, side};
  m.M = rng.between(1, 3);
  m.K = rng.between(1, 5);
  m.dt_rank = rng.between(0, std::min(3, m.ED()));
  m.position = rng.below(2) ? Position::kLearned : Position::kNone;
  m.conv_activation = rng.below(2) ? ConvActivation::kSilu : ConvActivation::kNone;
  m.delta_activation = rng.below(2) ? DeltaActivation::kReluAfter : DeltaActivation::kReluBefore;
  m.projection_bias = rng.below(2) == 1;
  m.head = static_cast<Head>(rng.below(3));
  m.head_hidden = m.head == Head::kFlattenMlp ? rng.between(1, 12) : 0;
  spec.output_bits = rng.between(8, 24);
  spec.state_bits = rng.between(15, 32);
  return spec;
}

// The same with three to five blocks: with fewer, addresses and contexts of blocks can hide faults.
inline NetSpec random_net(Rng& rng) {
  NetSpec spec = pinned_net(rng);
  spec.model.M += 2;
  return spec;
}

// A convolutional network of one to four layers on a grid of any shape.
inline NetSpec random_cnn(Rng& rng) {
  NetSpec spec;
  spec.sample.height = rng.between(1, 7);
  spec.sample.width = rng.between(1, 7);
  spec.sample.channels = rng.between(1, 6);
  spec.model.kind = NetKind::kCnn;
  int height = spec.sample.height, width = spec.sample.width;
  for (int i = rng.between(1, 3); i > 0; --i) {
    const int kernel = 1 + 2 * rng.between(0, 2), stride = rng.between(1, std::min(3, kernel));
    spec.model.layers.push_back(fmt::format("conv {} {}x{} /{}{}", rng.between(1, 9), kernel,
                                            kernel, stride, rng.below(2) ? " linear" : ""));
    height = (height - 1) / stride + 1, width = (width - 1) / stride + 1;
  }
  const int most = std::min({height, width, 3});
  if (most > 1 && rng.below(2)) {
    spec.model.layers.push_back(fmt::format("max {}", rng.between(2, most)));
  }
  if (rng.below(3) == 0) {
    spec.model.layers.insert(spec.model.layers.end(), {"[", "conv 5 linear", "]"});
    spec.model.layers.insert(spec.model.layers.end() - 3, "conv 5");
  }
  spec.model.layers.emplace_back(rng.below(2) ? "mean" : "flatten");
  if (rng.below(2)) spec.model.layers.push_back(fmt::format("dense {}", rng.between(1, 12)));
  return spec;
}

// A transformer of one to three blocks, with tokens and head widths of all sorts, a third of them
// behind convolutions.
inline NetSpec random_vit(Rng& rng) {
  NetSpec spec;
  spec.sample.height = rng.between(1, 3), spec.sample.width = rng.between(2, 5);
  spec.sample.channels = rng.between(1, 4);
  ModelSpec& m = spec.model;
  m.kind = NetKind::kVit;
  m.heads = rng.between(1, 4);
  m.D = m.heads * rng.between(1, 5);
  m.E = rng.between(1, 3);
  m.P = {1, 1};
  m.M = rng.between(1, 3);
  m.position = rng.below(2) ? Position::kLearned : Position::kNone;
  m.norm = rng.below(3) ? Norm::kLayer : Norm::kRange;
  m.mlp_activation = rng.below(2) ? Function::kGelu : Function::kRelu;
  m.head = rng.below(2) ? Head::kMeanLinear : Head::kFlattenLinear;
  if (rng.below(3) == 0) {
    spec.sample.height += 3;  // two rows are left
    m.layers = {fmt::format("conv {}", rng.between(1, 6))};
    if (rng.below(2)) m.layers.emplace_back("max 2");
  }
  return spec;
}

// Numbers in the widest vector of a sequence: the most lanes that hardware may have.
inline int widest(const Program& program) {
  int width = 1;
  for (const Edge& edge : program.edges) {
    if (edge.vectors != 1) width = std::max(width, edge.width);
  }
  return width;
}

// Random integers of the input edge's type (token ids: of the vocabulary), (length, width); as many
// as a sample has for length 0.
inline Tensor<std::int32_t> random_tokens(const Program& program, Rng& rng, int length = 0) {
  const Input& input = program.input;
  auto tokens = make_tensor<std::int32_t>(
      {std::size_t(length > 0 ? length : input.vectors()), std::size_t(input.vector_width())});
  for (std::int32_t& v : tokens.data) {
    v = input.vocab > 0 ? rng.between(0, input.vocab - 1) : rng.between(-128, 127);
  }
  return tokens;
}

}  // namespace emamba
