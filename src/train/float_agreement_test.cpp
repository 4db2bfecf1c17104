// SPDX-License-Identifier: Apache-2.0
// Training and the float engine are the same network: they agree to 1e-5 on every kind of model and
// on the supported models.
#include <gtest/gtest.h>

#include <filesystem>

#include "exec/float.h"
#include "net/files.h"
#include "train/graph.h"
#include "train/initialise.h"
#include "train/net_testing.h"
#include "train/random_tensors.h"

namespace emamba {
namespace {

// A model of every kind, with random parameters, and the supported models as they were trained.
std::vector<FloatModel> models(Rng& rng) {
  std::vector<FloatModel> all;
  std::vector<NetVariant> variants = net_variants();
  NetSpec cnn;
  cnn.model.kind = NetKind::kCnn;
  cnn.model.layers = {"conv 4 norm", "[",         "conv 5 5x5", "conv 4 linear", "]",
                      "max 2",       "conv 3 /2", "norm",       "flatten",       "dense 6 norm"};
  variants.push_back({"cnn", cnn});
  NetSpec vit;
  vit.model.kind = NetKind::kVit;
  vit.model.D = 12, vit.model.heads = 3, vit.model.P = {2, 4};
  vit.model.position = Position::kLearned, vit.model.norm = Norm::kLayer;
  variants.push_back({"vit", vit});
  for (const NetVariant& variant : variants) {
    FloatModel model{.network = variant.program(), .parameters = {}};
    model.network.name = variant.name;
    model.parameters = initial_parameters(variant.network(), 1, {});
    for (auto& [name, tensor] : model.parameters) {  // wide, so that the scan weighs in the answer
      for (float& v : tensor.data) v += static_cast<float>(rng.uniform() - 0.5);
    }
    all.push_back(std::move(model));
  }
  for (const auto& folder : std::filesystem::directory_iterator("models")) {
    all.push_back(read_float_model(folder.path() / "model.safetensors").content);
  }
  return all;
}

TEST(FloatAgreement, TorchAndFloatEngineGiveTheSameAnswersForEveryModel) {
  Rng rng{50};
  for (const FloatModel& model : models(rng)) {
    const Input& input = model.network.input;
    SCOPED_TRACE(model.network.name);
    const FloatEngine engine(model);
    constexpr int kSamples = 4;
    const torch::Tensor tokens = random_batch(input, kSamples, rng).to(torch::kFloat);
    const Parameters parameters = to_torch(model.parameters);
    const Graph fused(model.network), plain(model.network, Kernels::kPlain);
    const torch::Tensor by_block = fused.forward(parameters, tokens);
    const torch::Tensor by_operation = plain.forward(parameters, tokens);
    for (int i = 0; i < kSamples; ++i) {
      auto sample = make_tensor<float>({static_cast<std::size_t>(input.vectors()),
                                        static_cast<std::size_t>(input.vector_width())});
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
