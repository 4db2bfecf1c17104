// SPDX-License-Identifier: Apache-2.0
#include "ir/float_model.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "base/files.h"
#include "base/safetensors.h"
#include "base/testing.h"
#include "ir/structure.h"
#include "net/files.h"
#include "net/testing.h"

namespace emamba {
namespace {

FloatModel example(Rng& rng) {
  FloatModel model = random_model(random_net(rng), rng.next(), {{0.25f}, {2.0f}});
  model.network.origin = "a test";
  return model;
}

TEST(FloatModel, FileRoundTripIsExact) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Rng rng{seed};
    const FloatModel model = example(rng);
    const TestFolder folder;
    write_float_model(folder / "m.safetensors", model);
    const FloatModel again = read_float_model(folder / "m.safetensors").content;
    EXPECT_EQ(again.parameters, model.parameters) << "seed " << seed;
    EXPECT_EQ(again.network.input.normalisation, model.network.input.normalisation);
    EXPECT_EQ(again.network.origin, "a test");
    EXPECT_EQ(again.network.config, model.network.config);
    EXPECT_EQ(first_difference(again.network, model.network), "");
  }
}

// Every switch of a network is in the file: read again, it is the same network, and written again
// the same bytes.
TEST(FloatModel, FileHoldsNetworksOfEverySwitch) {
  const TestFolder folder;
  const std::string path = folder / "m", again_path = folder / "again";
  int choice = 0;
  const auto choose = [](int& left, int count) {
    const int chosen = left % count;
    left /= count;
    return chosen;
  };
  for (; choice < 3 * 2 * 3 * 3 * 2 * 2 * 3; ++choice) {
    SCOPED_TRACE(choice);
    int left = choice;
    NetSpec spec;
    ModelSpec& m = spec.model;
    m.D = 3, m.N = 2, m.M = 3;
    m.norm = static_cast<Norm>(choose(left, 3));
    m.conv_activation = static_cast<ConvActivation>(choose(left, 2));
    m.delta_activation = static_cast<DeltaActivation>(choose(left, 3));
    m.head = static_cast<Head>(choose(left, 3));
    m.head_hidden = m.head == Head::kFlattenMlp ? 5 : 0;
    m.position = static_cast<Position>(choose(left, 2));
    m.projection_bias = choose(left, 2) == 1;
    const int sample = choose(left, 3);
    if (sample == 0) spec.sample = token_samples();
    if (sample == 1) m.P = {2, 8}, m.overlap = {1, 0};
    const FloatModel model = random_model(spec, 1, {{0.25f}, {2.0f}});
    write_float_model(path, model);
    const FloatModel again = read_float_model(path).content;
    ASSERT_EQ(first_difference(again.network, model.network), "");
    ASSERT_EQ(again.network.groups, model.network.groups);
    ASSERT_EQ(again.network.name, model.network.name);
    ASSERT_EQ(again.parameters, model.parameters);
    write_float_model(again_path, again);
    ASSERT_EQ(read_file(again_path), read_file(path));
  }
}

// As other programs store it: all halves of a float are a float.
TEST(FloatModel, ParametersOfEveryFloatingPointTypeAreRead) {
  Rng rng{1};
  FloatModel model = example(rng);
  for (auto& [name, tensor] : model.parameters) {
    for (float& x : tensor.data) x = std::round(x * 16) / 16;  // a number of few bits
  }
  const TestFolder folder;
  const std::string path = folder / "m.safetensors";
  for (const Dtype dtype : {Dtype::kF16, Dtype::kBf16, Dtype::kF64}) {
    write_float_model(path, model);
    SafeTensors file = read_safetensors(path);
    for (auto& [name, stored] : file.tensors) {
      const Tensor<float> tensor = to_floats(stored, name);
      std::string bytes;
      for (const float x : tensor.data) {
        const auto add = [&](auto bits) {
          bytes.append(reinterpret_cast<const char*>(&bits), sizeof(bits));
        };
        const auto bits = std::bit_cast<std::uint32_t>(x);
        const std::uint32_t exponent = bits >> 23 & 255, sign = bits >> 31 << 15;
        if (dtype == Dtype::kF64) add(static_cast<double>(x));
        if (dtype == Dtype::kBf16) add(static_cast<std::uint16_t>(bits >> 16));
        if (dtype == Dtype::kF16) {
          add(static_cast<std::uint16_t>(
              x == 0 ? sign : sign | (exponent - 112) << 10 | (bits >> 13 & 1023)));
        }
      }
      stored = {dtype, tensor.shape, bytes};
    }
    write_safetensors(path, file);
    const FloatModel again = read_float_model(path).content;
    EXPECT_EQ(again.parameters, model.parameters);
    EXPECT_EQ(again.network.input.normalisation, model.network.input.normalisation);
  }
}

TEST(FloatModel, DamagedFilesAreNamed) {
  Rng rng{1};
  const FloatModel model = example(rng);
  const TestFolder folder;
  const std::string path = folder / "m.safetensors";
  const auto reject = [&](const std::function<void(SafeTensors&)>& change,
                          const std::string& message) {
    write_float_model(path, model);
    SafeTensors file = read_safetensors(path);
    change(file);
    write_safetensors(path, file);
    expect_error([&] { read_float_model(path); }, message);
  };
  reject([](SafeTensors& f) { f.tensors.erase("embed.bias"); },
         "parameter 'embed.bias' is missing");
  reject([](SafeTensors& f) { f.tensors["x"] = f.tensors["embed.bias"]; },
         "tensor 'x' is not part");
  reject([](SafeTensors& f) { f.tensors["embed.bias"] = f.tensors["head.out.bias"]; }, "has shape");
  reject([](SafeTensors& f) { f.metadata["format"] = "emamba-program-1"; }, "format");
  reject([](SafeTensors& f) { f.metadata["network"] = "{]"; }, "network");
  reject(
      [](SafeTensors& f) {
        f.tensors["head.out.bias"] = store(Tensor<float>{{4}, {0, 1, std::nanf(""), 2}});
      },
      "parameter 'head.out.bias' holds nan at element 2");
  reject(
      [](SafeTensors& f) {
        f.tensors["head.out.bias"] = store(Tensor<double>{{4}, {0, 1, 1e300, 2}});
      },
      "head.out.bias': element 2 is 1e+300, beyond the range of F32");
  reject(
      [](SafeTensors& f) {
        f.tensors["normalisation.std"] = store(Tensor<float>{{1}, {0}});
      },
      "std 0");
}

}  // namespace
}  // namespace emamba
