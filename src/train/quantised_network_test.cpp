// SPDX-License-Identifier: Apache-2.0
#include "train/quantised_network.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "data/dataset.h"
#include "quant/testing.h"
#include "train/batches.h"
#include "train/finetune.h"
#include "train/graph.h"
#include "train/initialise.h"
#include "train/loss.h"
#include "train/random_tensors.h"
#include "train/spec_variants.h"
#include "train/weights.h"

namespace emamba {
namespace {

struct Case {
  FloatModel model;
  Program program;
  Split train;
};

// A model of the spec with random parameters, quantised on synthetic samples.
Case case_of(Spec spec, Rng& rng) {
  Case c;
  c.train = first_samples(load_split(spec, "", "train"), 64);
  c.model.spec = spec;
  c.model.normalisation = fit_normalisation(spec, c.train);
  c.model.parameters = initial_parameters(spec, {});
  for (auto& [name, tensor] : c.model.parameters) {  // wide, so that some numbers saturate
    for (float& v : tensor.data) v += static_cast<float>(rng.uniform() - 0.5);
  }
  keep_delta_positive(c.model);
  c.program = program_by(c.model, c.train, Calibration::kMax);
  return c;
}

std::vector<Spec> integer_variants() {
  std::vector<Spec> specs;
  for (const Spec& spec : spec_variants()) {
    if (spec.model.norm == Norm::kRange &&
        spec.model.delta_activation != DeltaActivation::kSoftplus) {
      specs.push_back(spec);
    }
  }
  specs.push_back(specs.front());
  specs.back().name = "an exponent a channel";
  specs.back().quant.weight_exponents = WeightExponents::kPerChannel;
  return specs;
}

torch::Tensor batch_of(const Case& c, std::size_t count) {
  std::vector<std::size_t> samples(count);
  std::iota(samples.begin(), samples.end(), std::size_t{0});
  return token_batch(c.model.spec, c.model.normalisation, c.train, samples, nullptr);
}

TEST(QuantisedNetwork, EveryEdgeIsGoldensToTheBitForEveryModel) {
  Rng rng{60};
  for (const Spec& spec : integer_variants()) {
    SCOPED_TRACE(spec.name);
    const Case c = case_of(spec, rng);
    const Golden golden(c.program);
    const torch::Tensor tokens = batch_of(c, 5);
    const Weights weights(c.model.parameters, 0);
    const auto edges = differentiable_edges(c.program, weights.parameters,
                                            integer_edges(Fast(c.program), tokens, 2));
    const std::size_t size = static_cast<std::size_t>(spec.L()) * spec.token_width();
    for (std::size_t b = 0; b < 5; ++b) {
      auto sample = make_tensor<float>({std::size_t(spec.L()), std::size_t(spec.token_width())});
      std::copy_n(tokens.data_ptr<float>() + b * size, size, sample.data.begin());
      const Tensor<std::int32_t> integers = quantise_tokens(c.program, sample);
      Golden::State state = golden.initial();
      for (std::size_t t = 0; t < std::size_t(spec.L()); ++t) {
        golden.step(state, integers.row(t));
        for (std::size_t e = 0; e < edges.size(); ++e) {
          const Edge& edge = c.program.edges[e];
          if (edge.per_sequence && t + 1 < std::size_t(spec.L())) continue;
          const std::size_t row = edge.per_sequence ? b : b * spec.L() + t;
          const float* actual = edges[e].data_ptr<float>() + row * edge.width;
          for (int i = 0; i < edge.width; ++i) {
            ASSERT_EQ(std::ldexp(actual[i], -edge.type.exp), state.values[e][i])
                << edge_name(c.program, static_cast<EdgeIndex>(e)) << ", token " << t;
          }
        }
      }
    }
  }
}

// Where nothing saturates, gradients are close to those of the network in floating point.
TEST(QuantisedNetwork, GradientsPointWhereThoseInFloatingPointDo) {
  Rng rng{61};
  for (const Spec& spec : integer_variants()) {
    SCOPED_TRACE(spec.name);
    const Case c = case_of(spec, rng);
    const torch::Tensor tokens = batch_of(c, 16);
    Weights rounded(c.model.parameters, 0), exact(c.model.parameters, 0);
    differentiable_edges(c.program, rounded.parameters, integer_edges(Fast(c.program), tokens, 1))
        .back()
        .square()
        .mean()
        .backward();
    Graph(c.program).forward(exact.parameters, tokens).square().mean().backward();
    const double cosine =
        (rounded.gradients.dot(exact.gradients) / rounded.gradients.norm() / exact.gradients.norm())
            .item<double>();
    EXPECT_GT(cosine, 0.99);
  }
}

TEST(QuantisedNetwork, NothingFlowsBackThroughASaturatedNumber) {
  Rng rng{62};
  Case c = case_of(integer_variants().front(), rng);
  c.program.edges.back().type.exp -= 20;  // every logit now saturates
  const Weights weights(c.model.parameters, 0);
  differentiable_edges(c.program, weights.parameters,
                       integer_edges(Fast(c.program), batch_of(c, 4), 1))
      .back()
      .sum()
      .backward();
  EXPECT_EQ(weights.gradients.abs().max().item<float>(), 0);
}

TEST(Finetune, ComesCloserToTheFloatOutputsWhereTheyAreItsTarget) {
  Rng rng{64};
  Spec spec = integer_variants().front();
  spec.train.batch = 32;
  spec.quant.finetune_steps = 40;
  spec.quant.finetune_lr = 1e-3;
  spec.quant.finetune_target = FinetuneTarget::kFloat;
  const Case c = case_of(spec, rng);
  const torch::Tensor tokens = batch_of(c, c.train.samples());
  const torch::Tensor exact = Graph(c.program).forward(to_torch(c.model.parameters), tokens);
  const auto difference = [&](const Program& program) {
    const torch::Tensor outputs = integer_edges(Fast(program), tokens, 1).back();
    return mean_squared_error(outputs, exact).item<float>();
  };
  EXPECT_LT(difference(finetune(c.model, c.program, c.train, 1).program),
            0.9f * difference(c.program));
}

TEST(Finetune, LowersTheLossAndDoesNotDependOnThreads) {
  Rng rng{63};
  Spec spec = integer_variants().front();
  spec.train.batch = 32;
  spec.quant.finetune_steps = 40;
  spec.quant.finetune_lr = 3e-3;
  const Case c = case_of(spec, rng);
  const FinetuneResult one = finetune(c.model, c.program, c.train, 1);
  const FinetuneResult two = finetune(c.model, c.program, c.train, 2);
  EXPECT_EQ(one.loss, two.loss);
  for (const auto& [name, tensor] : one.model.parameters) {
    EXPECT_EQ(tensor.data, two.model.parameters.at(name).data) << name;
  }
  const auto loss_with = [&](const Program& program) {
    std::vector<std::size_t> samples(c.train.samples());
    std::iota(samples.begin(), samples.end(), std::size_t{0});
    const auto edges = integer_edges(Fast(program), batch_of(c, samples.size()), 1);
    return loss_of(spec.train, edges.back(), answer_batch(c.train, samples)).item<float>();
  };
  EXPECT_LT(loss_with(one.program), 0.9f * loss_with(c.program));
}

}  // namespace
}  // namespace emamba
