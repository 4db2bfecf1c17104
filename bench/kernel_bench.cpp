// SPDX-License-Identifier: Apache-2.0
// The kernels of a training step, each for one block of MARS at batch 128 on one thread, and the
// core's peaks to hold them against. docs/training.md reads the table.
//
// Counters: MAC, multiply-adds a second; exp, exponentials a second (each about fifteen operations,
// not counted as multiply-adds).
#include <benchmark/benchmark.h>

#include <array>
#include <vector>

#include "base/rng.h"
#include "train/gemm.h"
#include "train/kernels.h"
#include "train/runtime.h"
#include "train/simd.h"

namespace emamba {
namespace {

constexpr int kBatch = 128, kL = 16, kD = 20, kED = 40, kN = 8, kK = 4, kR = 2;
constexpr int kRows = kBatch * kL, kRbc = kR + 2 * kN;

std::vector<float> numbers(int count, float low = -1, float high = 1) {
  Rng rng{1};
  std::vector<float> all(static_cast<std::size_t>(count));
  for (float& v : all) v = low + (high - low) * static_cast<float>(rng.uniform());
  return all;
}

void count(benchmark::State& state, double macs, double exps) {
  const auto rate = [&](double each) {
    return benchmark::Counter(each, benchmark::Counter::kIsIterationInvariantRate);
  };
  state.counters["MAC"] = rate(macs);
  if (exps > 0) state.counters["exp"] = rate(exps);
}

// What the kernels could reach: multiply-adds at their vector width that wait for nothing.
constexpr int kLanes = 96, kRounds = 1000;
EMAMBA_INLINE void multiply_add(float* out, float a, float b) {
  std::array<float, kLanes> x{};
  for (int round = 0; round < kRounds; ++round) {
#pragma omp simd
    for (int i = 0; i < kLanes; ++i) x[i] = x[i] * a + b;
  }
  for (int i = 0; i < kLanes; ++i) out[i] = x[i];
}
EMAMBA_KERNEL(peak_float, (float* out, float a, float b), multiply_add(out, a, b));

void peak_multiply_add(benchmark::State& state) {
  std::array<float, kLanes> out{};
  for (auto _ : state) {
    peak_float(out.data(), 0.5f, 0.25f);
    benchmark::DoNotOptimize(out);
  }
  count(state, kLanes * kRounds, 0);
}
BENCHMARK(peak_multiply_add);

void peak_gemm(benchmark::State& state) {
  prepare_runtime();
  constexpr int kSize = 768;
  const auto a = numbers(kSize * kSize), b = a;
  auto c = a;
  for (auto _ : state) {
    gemm<float>(Transpose::kNo, Transpose::kNo, kSize, kSize, kSize, a.data(), b.data(), 0,
                c.data());
  }
  count(state, double{kSize} * kSize * kSize, 0);
}
BENCHMARK(peak_gemm);

// All matrix products of a block, as mamba_block.cpp does them: 256 tokens at a time.
void projections(benchmark::State& state, bool backward) {
  prepare_runtime();
  constexpr int kTokens = 256;
  const auto weight = numbers(2 * kED * kED), x = numbers(kRows * 2 * kED), dy = x;
  auto y = x, gw = weight;
  struct Layer {
    int in, out;
  };
  constexpr std::array<Layer, 3> kLayers = {{{kD, 2 * kED}, {kED, kRbc}, {kED, kD}}};
  constexpr auto kNo = Transpose::kNo, kYes = Transpose::kYes;
  double macs = 0;
  for (const Layer& layer : kLayers) macs += (backward ? 2.0 : 1.0) * kRows * layer.in * layer.out;
  for (auto _ : state) {
    for (int row = 0; row < kRows; row += kTokens) {
      for (const auto& [in, out] : kLayers) {
        if (!backward) {
          gemm<float>(kNo, kYes, kTokens, out, in, &x[row * in], weight.data(), 0, &y[row * out]);
          continue;
        }
        gemm<float>(kYes, kNo, out, in, kTokens, &dy[row * out], &x[row * in], 1, gw.data());
        gemm<float>(kNo, kNo, kTokens, in, out, &dy[row * out], weight.data(), 0, &y[row * in]);
      }
    }
  }
  count(state, macs, 0);
}
BENCHMARK_CAPTURE(projections, forward, false);
BENCHMARK_CAPTURE(projections, backward, true);

void scan(benchmark::State& state, bool backward) {
  const FlushDenormals flush;
  constexpr ScanSizes kSizes{kL, kED, kN};
  const auto delta = numbers(kRows * kED, 0, 0.2f), A = numbers(kN * kED, -4, -0.5f),
             rbc = numbers(kRows * kRbc), x = numbers(kRows * kED), D = numbers(kED), gy = x;
  std::vector<float> y(x), h(A), gdelta(x), gA(A), grbc(rbc), gx(x), gD(D),
      scratch(static_cast<std::size_t>(scan_scratch(kSizes)));
  for (auto _ : state) {
    for (int row = 0; row < kRows; row += kL) {
      const float* const bc = &rbc[row * kRbc + kR];
      const ScanInputs<float> in{&delta[row * kED], A.data(), bc,  bc + kN,
                                 &x[row * kED],     D.data(), kRbc};
      if (!backward) {
        scan_forward(kSizes, in, &y[row * kED], h.data());
        continue;
      }
      float* const gbc = &grbc[row * kRbc + kR];
      const ScanGradients<float> out{&gdelta[row * kED], gA.data(),      gbc,
                                     gbc + kN,           &gx[row * kED], gD.data()};
      scan_backward(kSizes, in, &gy[row * kED], out, scratch.data());
    }
  }
  // Forward: delta A, the state's two and C h. Backward: the first three again, and nine more.
  const double states = double{kRows} * kED * kN;
  count(state, (backward ? 12 : 4) * states, states);
}
BENCHMARK_CAPTURE(scan, forward, false);
BENCHMARK_CAPTURE(scan, backward, true);

void delta(benchmark::State& state, bool backward) {
  constexpr DeltaSizes kSizes{kL, kED, kR, kRbc, false};
  const auto rbc = numbers(kRows * kRbc), w = numbers(kR * kED), b = numbers(kED);
  auto d = numbers(kRows * kED), gd = d, grbc = rbc, gw = w, gb = b;
  for (auto _ : state) {
    for (int row = 0; row < kRows; row += kL) {
      const float* const r = &rbc[row * kRbc];
      float* const at = &d[row * kED];
      if (backward) {
        delta_backward(kSizes, r, w.data(), at, &gd[row * kED], &grbc[row * kRbc], gw.data(),
                       gb.data());
      } else {
        delta_forward(kSizes, r, w.data(), b.data(), at);
      }
    }
  }
  count(state, (backward ? 2.0 : 1.0) * kRows * kED * kR, 0);
}
BENCHMARK_CAPTURE(delta, forward, false);
BENCHMARK_CAPTURE(delta, backward, true);

void convolution(benchmark::State& state, bool backward) {
  constexpr ConvSizes kSizes{kL, kED, kK, 2 * kED, true};
  const auto u = numbers(kRows * 2 * kED), w = numbers(kK * kED), b = numbers(kED);
  auto y = numbers(kRows * kED), gu = u, gw = w, gb = b, scratch = numbers(kL * kED);
  for (auto _ : state) {
    for (int row = 0; row < kRows; row += kL) {
      if (backward) {
        conv_backward(kSizes, &u[row * 2 * kED], w.data(), b.data(), &y[row * kED],
                      &gu[row * 2 * kED], gw.data(), gb.data(), scratch.data());
      } else {
        conv_forward(kSizes, &u[row * 2 * kED], w.data(), b.data(), &y[row * kED]);
      }
    }
  }
  count(state, (backward ? 3.0 : 1.0) * kRows * kED * kK, double{kRows} * kED);
}
BENCHMARK_CAPTURE(convolution, forward, false);
BENCHMARK_CAPTURE(convolution, backward, true);

void gate(benchmark::State& state, bool backward) {
  constexpr GateSizes kSizes{kL, kED, 2 * kED};
  const auto s = numbers(kRows * kED), g = numbers(kRows * 2 * kED);
  auto y = s, gy = s, gs = s, gg = g;
  for (auto _ : state) {
    for (int row = 0; row < kRows; row += kL) {
      if (backward) {
        gate_backward(kSizes, &s[row * kED], &g[row * 2 * kED], &gy[row * kED], &gs[row * kED],
                      &gg[row * 2 * kED], &y[row * kED]);
      } else {
        gate_forward(kSizes, &s[row * kED], &g[row * 2 * kED], &y[row * kED]);
      }
    }
  }
  count(state, (backward ? 6.0 : 2.0) * kRows * kED, double{kRows} * kED);
}
BENCHMARK_CAPTURE(gate, forward, false);
BENCHMARK_CAPTURE(gate, backward, true);

void norm(benchmark::State& state, bool backward) {
  const auto x = numbers(kRows * kD), gamma = numbers(kD), beta = gamma;
  auto y = x, gx = x, ggamma = gamma, gbeta = beta;
  for (auto _ : state) {
    if (backward) {
      range_norm_backward(kRows, kD, x.data(), gamma.data(), y.data(), gx.data(), ggamma.data(),
                          gbeta.data());
    } else {
      range_norm_forward(kRows, kD, x.data(), gamma.data(), beta.data(), y.data());
    }
  }
  count(state, (backward ? 5.0 : 2.0) * kRows * kD, 0);
}
BENCHMARK_CAPTURE(norm, forward, false);
BENCHMARK_CAPTURE(norm, backward, true);

}  // namespace
}  // namespace emamba
