// SPDX-License-Identifier: Apache-2.0
// Every stream of numbers in a network that gets a number type: what its edges carry, and what is
// computed inside its scans.
#pragma once

#include <algorithm>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "base/progress.h"
#include "data/dataset.h"
#include "exec/float.h"

namespace emamba {

// Streams are numbered: the edges in their order, then z, bbar and state of the first scan, of the
// second, ...
struct Stream {
  std::string name;     // as in Formats::exponent
  int bits = 8;         // of its type
  EdgeIndex edge = -1;  // or -1: inside a scan
  std::string curve;    // the Pwl or Scan op whose curve it enters, if any
};
std::vector<Stream> streams_of(const Program& skeleton);

// Runs `engine` over one sample and calls see(stream, numbers) for the numbers (a span of float) on
// every stream at every token.
template <class See>
void run_streams(const FloatEngine& engine, const Normalisation& normalisation, const float* sample,
                 const See& see) {
  const Program& program = engine.program();
  const Tensor<float> tokens = tokens_of(program.spec, normalisation, sample);
  FloatEngine::State state = engine.initial();
  std::vector<float> z, bbar;  // (width, states)
  for (int t = 0; t < program.spec.L(); ++t) {
    engine.step(state, tokens.row(t));
    for (std::size_t e = 0; e < program.edges.size(); ++e) {
      if (program.edges[e].per_sequence && t + 1 < program.spec.L()) continue;
      see(e, std::span<const float>(state.values[e]));
    }
    std::size_t stream = program.edges.size();
    for (std::size_t i = 0; i < program.ops.size(); ++i) {
      const auto* scan = std::get_if<Scan>(&program.ops[i]);
      if (!scan) continue;
      z.clear(), bbar.clear();
      const std::vector<float>& A = engine.parameters(i).A;
      for (int d = 0; d < scan->width; ++d) {
        const float delta = state.values[scan->delta][d];
        for (int n = 0; n < scan->states; ++n) {
          z.push_back(delta * A[d * scan->states + n]);
          bbar.push_back(delta * state.values[scan->B][n]);
        }
      }
      see(stream++, std::span<const float>(z));
      see(stream++, std::span<const float>(bbar));
      see(stream++, std::span<const float>(state.memory[i]));
    }
  }
}

// run_streams() over all samples, into one Sums a share of the samples: sums.see(stream, numbers).
// The shares depend on the number of samples alone, and are merged in their order by
// sums.merge(next), so the result does not depend on `threads`.
template <class Sums>
Sums sum_over_streams(const FloatEngine& engine, const Normalisation& normalisation,
                      const Tensor<float>& inputs, int threads, const Sums& empty,
                      const ProgressCallback& progress) {
  constexpr std::size_t kShares = 16;
  const std::size_t samples = inputs.shape[0];
  std::vector<Sums> shares(std::min(samples, kShares), empty);
  std::mutex mutex;  // of `done` and `progress`
  std::size_t done = 0;
  parallel_for(shares.size(), threads, [&](std::size_t share) {
    const std::size_t first = samples * share / shares.size();
    const std::size_t last = samples * (share + 1) / shares.size();
    for (std::size_t i = first; i < last; ++i) {
      run_streams(engine, normalisation, inputs.row(i),
                  [&](std::size_t stream, std::span<const float> numbers) {
                    shares[share].see(stream, numbers);
                  });
      const std::lock_guard lock(mutex);
      if (progress) progress(++done, samples, "");
    }
  });
  for (std::size_t i = 1; i < shares.size(); ++i) shares[0].merge(shares[i]);
  return std::move(shares[0]);
}

}  // namespace emamba
