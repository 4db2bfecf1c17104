// SPDX-License-Identifier: Apache-2.0
// Training and the float engine are the same network: they agree to 1e-5 on every kind of model.
#include <gtest/gtest.h>

#include "exec/float.h"
#include "ir/float_model.h"
#include "train/initialise.h"
#include "train/network.h"
#include "train/random_tensors.h"
#include "train/spec_variants.h"

namespace emamba {
namespace {

// The supported models' shapes, besides the small variants.
std::vector<Spec> specs() {
  std::vector<Spec> all = spec_variants();
  Spec mars;
  mars.name = "mars";
  mars.task = Task::kMars;
  mars.model = {.D = 20, .E = 2, .N = 8, .P = 2, .M = 2, .K = 4};
  mars.model.head = Head::kFlattenMlp;
  mars.model.head_hidden = 20;
  all.push_back(mars);
  Spec fashion;
  fashion.name = "fashion-mnist";
  fashion.model.position = Position::kLearned;
  all.push_back(fashion);
  return all;
}

TEST(FloatAgreement, TorchAndFloatEngineGiveTheSameAnswersForEverySpecSwitch) {
  Rng rng{50};
  for (const Spec& spec : specs()) {
    SCOPED_TRACE(spec.name);
    FloatModel model;
    model.spec = spec;
    model.parameters = initial_parameters(spec, {});
    for (auto& [name, tensor] : model.parameters) {  // wide, so that the scan weighs in the answer
      for (float& v : tensor.data) v += static_cast<float>(rng.uniform() - 0.5);
    }
    const auto channels = static_cast<std::size_t>(spec.shape().channels);
    model.normalisation = {std::vector<float>(channels, 0.0f), std::vector<float>(channels, 1.0f)};
    const FloatEngine engine(model);
    constexpr int kSamples = 4;
    const torch::Tensor tokens = random_tokens(spec, kSamples, rng).to(torch::kFloat);
    const torch::Tensor expected = forward(spec, to_torch(model.parameters), tokens);
    for (int i = 0; i < kSamples; ++i) {
      auto sample = make_tensor<float>(
          {static_cast<std::size_t>(spec.L()), static_cast<std::size_t>(spec.token_width())});
      std::copy_n(tokens.data_ptr<float>() + i * sample.size(), sample.size(), sample.data.begin());
      const std::vector<float> answer = engine.run(sample);
      ASSERT_EQ(answer.size(), static_cast<std::size_t>(expected.size(1)));
      const auto actual = torch::tensor(at::ArrayRef<float>(answer));
      EXPECT_LT(difference(actual, expected.select(0, i)), 1e-5) << "sample " << i;
    }
  }
}

}  // namespace
}  // namespace emamba
