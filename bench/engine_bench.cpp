// SPDX-License-Identifier: Apache-2.0
// Frames a second of the engines on one core, on the supported models. Run from the repository's
// root.
#include <benchmark/benchmark.h>

#include "base/rng.h"
#include "exec/fast.h"
#include "exec/float.h"
#include "exec/golden.h"
#include "net/files.h"

namespace emamba {
namespace {

// One sample of uniform noise: the time does not depend on the values.
std::vector<float> noise(const Input& shape) {
  Rng rng{1};
  std::vector<float> sample(std::size_t(shape.height) * shape.width * shape.channels);
  for (float& v : sample) v = static_cast<float>(rng.uniform());
  return sample;
}

template <class Engine>
void integers(benchmark::State& state, const std::string& model) {
  const Engine engine(read_program("models/" + model + "/program.safetensors").content);
  const Program& program = engine.program();
  const auto sample = noise(program.input);
  for (auto _ : state) {
    benchmark::DoNotOptimize(engine.run(integer_tokens(program, sample.data())));
  }
  state.SetItemsProcessed(state.iterations());
}

void golden(benchmark::State& state, const std::string& model) {
  integers<Golden>(state, model);
}

void fast(benchmark::State& state, const std::string& model) {
  integers<Fast>(state, model);
}

void floating(benchmark::State& state, const std::string& model) {
  const FloatModel weights = read_float_model("models/" + model + "/model.safetensors").content;
  const FloatEngine engine(weights);
  const auto sample = noise(weights.network.input);
  for (auto _ : state) {
    const auto tokens = tokens_of(weights.network.input, sample.data());
    benchmark::DoNotOptimize(engine.run(tokens));
  }
  state.SetItemsProcessed(state.iterations());
}

#define EMAMBA_ENGINES(name, model)                                        \
  BENCHMARK_CAPTURE(floating, name, model)->Unit(benchmark::kMicrosecond); \
  BENCHMARK_CAPTURE(golden, name, model)->Unit(benchmark::kMicrosecond);   \
  BENCHMARK_CAPTURE(fast, name, model)->Unit(benchmark::kMicrosecond)

EMAMBA_ENGINES(mars, "mars");
EMAMBA_ENGINES(fashion_mnist, "fashion-mnist");
EMAMBA_ENGINES(cifar10, "cifar10");

}  // namespace
}  // namespace emamba
