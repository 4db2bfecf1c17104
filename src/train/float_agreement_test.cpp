// SPDX-License-Identifier: Apache-2.0
// Training and the float engine are the same network: they agree to 1e-5 on every kind of model and
// on the supported models.
#include <gtest/gtest.h>

#include <filesystem>

#include "exec/float.h"
#include "ir/float_model.h"
#include "train/graph.h"
#include "train/initialise.h"
#include "train/random_tensors.h"
#include "train/spec_variants.h"

namespace emamba {
namespace {

// A model of every kind, with random parameters, and the supported models as they were trained.
std::vector<FloatModel> models(Rng& rng) {
  std::vector<FloatModel> all;
  for (const Spec& spec : spec_variants()) {
    FloatModel model;
    model.spec = spec;
    model.parameters = initial_parameters(spec, {});
    for (auto& [name, tensor] : model.parameters) {  // wide, so that the scan weighs in the answer
      for (float& v : tensor.data) v += static_cast<float>(rng.uniform() - 0.5);
    }
    const auto channels = static_cast<std::size_t>(spec.shape().channels);
    model.normalisation = {std::vector<float>(channels, 0.0f), std::vector<float>(channels, 1.0f)};
    all.push_back(std::move(model));
  }
  for (const auto& folder : std::filesystem::directory_iterator("models")) {
    all.push_back(read_float_model(folder.path() / "model.safetensors"));
  }
  return all;
}

TEST(FloatAgreement, TorchAndFloatEngineGiveTheSameAnswersForEveryModel) {
  Rng rng{50};
  for (const FloatModel& model : models(rng)) {
    const Spec& spec = model.spec;
    SCOPED_TRACE(spec.name);
    const FloatEngine engine(model);
    constexpr int kSamples = 4;
    const torch::Tensor tokens = random_tokens(spec, kSamples, rng).to(torch::kFloat);
    const Parameters parameters = to_torch(model.parameters);
    const Graph fused(lower(spec)), plain(lower(spec), Kernels::kPlain);
    const torch::Tensor by_block = fused.forward(parameters, tokens);
    const torch::Tensor by_operation = plain.forward(parameters, tokens);
    for (int i = 0; i < kSamples; ++i) {
      auto sample = make_tensor<float>(
          {static_cast<std::size_t>(spec.L()), static_cast<std::size_t>(spec.token_width())});
      std::copy_n(tokens.data_ptr<float>() + i * sample.size(), sample.size(), sample.data.begin());
      const std::vector<float> answer = engine.run(sample);
      ASSERT_EQ(answer.size(), static_cast<std::size_t>(by_block.size(1)));
      const auto actual = torch::tensor(at::ArrayRef<float>(answer));
      EXPECT_LT(difference(actual, by_block.select(0, i)), 1e-5) << "sample " << i;
      EXPECT_LT(difference(actual, by_operation.select(0, i)), 1e-5) << "sample " << i;
    }
  }
}

}  // namespace
}  // namespace emamba
