// SPDX-License-Identifier: Apache-2.0
#include "train/quantised_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/dataset.h"
#include "quant/testing.h"
#include "train/batches.h"
#include "train/finetune.h"
#include "train/graph.h"
#include "train/initialise.h"
#include "train/loss.h"
#include "train/net_testing.h"
#include "train/random_tensors.h"
#include "train/straight_through.h"
#include "train/weights.h"

namespace emamba {
namespace {

struct Case {
  TrainSpec spec;
  QuantSpec quant;
  FloatModel model;
  Program program;
  Split train;
};

// A model of the network with random parameters, quantised on synthetic samples.
Case case_of(const NetVariant& variant, Rng& rng, FunctionForm form = FunctionForm::kLines) {
  Case c;
  const NetSpec& net = variant.spec;
  const char* task = net.sample.vocab > 0 ? "synthetic-tokens" : "synthetic-images";
  c.train = first_samples(load_split(task_called(task), "", 0.1, "train"), 64);
  c.quant.scan_order = form == FunctionForm::kTable ? ScanOrder::kDeltaX : ScanOrder::kDeltaB;
  c.quant.weight_exponents =
      net.draw.offsets ? WeightExponents::kPerChannel : WeightExponents::kPerTensor;
  c.model.network = variant.program();
  c.model.network.input.normalisation = fit_normalisation(net.sample, c.train);
  c.model.parameters = initial_parameters(variant.network(), 1, {});
  for (auto& [name, tensor] : c.model.parameters) {  // wide, so that some numbers saturate
    for (float& v : tensor.data) v += static_cast<float>(rng.uniform() - 0.5);
  }
  keep_delta_positive(c.model);
  ApproxSpec approx;
  approx.silu.form = approx.exp.form = form;
  c.program = program_by(c.model, approx, c.quant, c.train, Calibration::kMax);
  return c;
}

std::vector<NetVariant> integer_variants() {
  std::vector<NetVariant> variants;
  for (const NetVariant& variant : net_variants()) {
    const ModelSpec& m = variant.spec.model;
    if (m.norm == Norm::kRange && m.delta_activation != DeltaActivation::kSoftplus) {
      variants.push_back(variant);
    }
  }
  variants.push_back(variants.front());
  variants.back().name = "an exponent a channel";
  variants.back().spec.draw.offsets = true;
  return variants;
}

// All of them with lines, and some with tables and the other order of the scan.
std::vector<std::pair<NetVariant, FunctionForm>> variants_and_forms() {
  std::vector<std::pair<NetVariant, FunctionForm>> all;
  const std::vector<NetVariant> variants = integer_variants();
  for (std::size_t i = 0; i < variants.size(); ++i) {
    all.emplace_back(variants[i], FunctionForm::kLines);
    if (i % 3 == 0) all.emplace_back(variants[i], FunctionForm::kTable);
  }
  return all;
}

Weights weights_of(const Case& c) {
  return Weights(c.model.parameters, parameters_of(c.program), 0);
}

torch::Tensor batch_of(const Case& c, std::size_t count) {
  std::vector<std::size_t> samples(count);
  std::iota(samples.begin(), samples.end(), std::size_t{0});
  return token_batch(c.program.input, c.spec, c.train, samples, nullptr);
}

TEST(QuantisedNetwork, EveryEdgeIsGoldensToTheBitForEveryModel) {
  Rng rng{60};
  for (const auto& [variant, form] : variants_and_forms()) {
    SCOPED_TRACE(variant.name + " " + name_of_key(form));
    const Case c = case_of(variant, rng, form);
    const Golden golden(c.program);
    const torch::Tensor tokens = batch_of(c, 5);
    const Weights weights = weights_of(c);
    const auto edges = differentiable_edges(c.program, weights.parameters,
                                            integer_edges(Fast(c.program), tokens, 2));
    const Input& input = c.program.input;
    auto sample =
        make_tensor<float>({std::size_t(input.vectors()), std::size_t(input.vector_width())});
    for (std::size_t b = 0; b < 5; ++b) {
      std::copy_n(tokens.data_ptr<float>() + b * sample.size(), sample.size(), sample.data.begin());
      const auto wanted = golden.trace(quantise_tokens(sample, c.program.edges[0].type));
      for (std::size_t e = 0; e < edges.size(); ++e) {
        const float* actual = edges[e].data_ptr<float>() + b * wanted[e].size();
        for (std::size_t i = 0; i < wanted[e].size(); ++i) {
          ASSERT_EQ(std::ldexp(actual[i], -c.program.edges[e].type.exp), wanted[e].data[i])
              << edge_name(c.program, static_cast<EdgeIndex>(e)) << ", number " << i;
        }
      }
    }
  }
}

// Where nothing saturates, gradients are close to those of the network in floating point.
TEST(QuantisedNetwork, GradientsPointWhereThoseInFloatingPointDo) {
  Rng rng{61};
  for (const auto& [variant, form] : variants_and_forms()) {
    SCOPED_TRACE(variant.name + " " + name_of_key(form));
    const Case c = case_of(variant, rng, form);
    const torch::Tensor tokens = batch_of(c, 16);
    Weights rounded = weights_of(c), exact = weights_of(c);
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
  const Weights weights = weights_of(c);
  differentiable_edges(c.program, weights.parameters,
                       integer_edges(Fast(c.program), batch_of(c, 4), 1))
      .back()
      .sum()
      .backward();
  EXPECT_EQ(weights.gradients.abs().max().item<float>(), 0);
}

// Halves go up, so that the upper end of a type's range does not belong to it, and the lower does.
TEST(StraightThrough, EndsWhereAHalfRoundsBeyondTheType) {
  for (const float step : {0.25f, 1.0f, 16.0f}) {
    const std::vector<float> steps = {-129, -128.5f, -3.5f, 126.5f, 127.25f, 127.5f, 200};
    const std::vector<float> passed = {0, 1, 1, 1, 1, 0, 0};
    torch::Tensor exact = torch::tensor(steps) * step;
    exact.requires_grad_();
    const NumberType type{8, std::ilogb(step)};
    std::vector<float> integers;
    for (const float s : steps) {
      integers.push_back(static_cast<float>(fx::quantise(s * step, type)) * step);
    }
    const torch::Tensor rounded = torch::tensor(integers);
    const torch::Tensor y =
        straight_through(exact, rounded.view(exact.sizes()), torch::full({1}, step), 8);
    EXPECT_TRUE(y.equal(rounded));
    y.sum().backward();
    EXPECT_TRUE(exact.grad().equal(torch::tensor(passed))) << exact.grad();
  }
}

// Parameters exactly between two integers: those of the program, and those that fine-tuning goes
// forward with.
TEST(QuantisedNetwork, ParametersOnHalvesGoUp) {
  Rng rng{65};
  Case c = case_of(integer_variants().front(), rng);
  auto& head = std::get<Linear>(c.program.ops.back());
  Tensor<float>& weights = c.model.parameters.at(head.name + ".weight");
  std::vector<std::int8_t> wanted;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const int k = static_cast<int>(i % 256) - 128;
    weights.data[i] = std::ldexp(static_cast<float>(k) + 0.5f, head.weight_type.exp);
    wanted.push_back(static_cast<std::int8_t>(std::min(k + 1, 127)));
  }
  fill_weights(c.program, c.model.parameters);
  EXPECT_EQ(head.weight.data, wanted);
}

TEST(Finetune, ComesCloserToTheFloatOutputsWhereTheyAreItsTarget) {
  Rng rng{64};
  Case c = case_of(integer_variants().front(), rng);
  c.spec.batch = 32;
  c.quant.finetune_steps = 40;
  c.quant.finetune_lr = 1e-3;
  c.quant.finetune_target = FinetuneTarget::kFloat;
  const torch::Tensor tokens = batch_of(c, c.train.samples());
  const torch::Tensor exact = Graph(c.program).forward(to_torch(c.model.parameters), tokens);
  const auto difference = [&](const Program& program) {
    const torch::Tensor outputs = integer_edges(Fast(program), tokens, 1).back();
    return mean_squared_error(outputs, exact).item<float>();
  };
  EXPECT_LT(difference(finetune(c.model, c.program, c.spec, c.quant, c.train, 1).program),
            0.9f * difference(c.program));
}

TEST(Finetune, LowersTheLossAndDoesNotDependOnThreads) {
  Rng rng{63};
  Case c = case_of(integer_variants().front(), rng);
  c.spec.batch = 32;
  c.quant.finetune_steps = 40;
  c.quant.finetune_lr = 3e-3;
  const FinetuneResult one = finetune(c.model, c.program, c.spec, c.quant, c.train, 1);
  const FinetuneResult two = finetune(c.model, c.program, c.spec, c.quant, c.train, 2);
  EXPECT_EQ(one.loss, two.loss);
  for (const auto& [name, tensor] : one.model.parameters) {
    EXPECT_EQ(tensor.data, two.model.parameters.at(name).data) << name;
  }
  const auto loss_with = [&](const Program& program) {
    std::vector<std::size_t> samples(c.train.samples());
    std::iota(samples.begin(), samples.end(), std::size_t{0});
    const auto edges = integer_edges(Fast(program), batch_of(c, samples.size()), 1);
    return loss_of(c.spec, edges.back(), answer_batch(c.train, samples)).item<float>();
  };
  EXPECT_LT(loss_with(one.program), 0.9f * loss_with(c.program));
}

}  // namespace
}  // namespace emamba
