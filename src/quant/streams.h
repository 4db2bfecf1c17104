// SPDX-License-Identifier: Apache-2.0
// Every stream of numbers in a network that gets a number type: what its edges carry, and what is
// computed inside its scans and attentions.
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

// Streams are numbered: the edges in their order, then for every scan or attention in turn those of
// its inner numbers, of a scan in this order, of an attention its scores.
enum ScanStream : std::size_t { kZ, kProduct, kState, kScanStreams };
struct Stream {
  std::string name;     // as in Formats::exponent
  int bits = 8;         // of its type
  EdgeIndex edge = -1;  // or -1: inside an operation
  std::string curve;    // the Pwl or Scan op whose curve it enters, if any
  Function function{};  // that the curve stands for
};
std::vector<Stream> streams_of(const Program& skeleton);

// Runs `engine` over one sample and calls see(stream, numbers) for the numbers (a span of float) on
// every stream.
template <class See>
void run_streams(const FloatEngine& engine, const float* sample, const See& see) {
  const Program& program = engine.program();
  const std::vector<Tensor<float>> edges = engine.trace(tokens_of(program.input, sample));
  std::size_t stream = 0;
  for (const Tensor<float>& edge : edges) see(stream++, std::span<const float>(edge.data));
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    if (std::holds_alternative<Attention>(program.ops[i])) {
      engine.attention_numbers(i, edges, [&](const std::vector<float>& scores) {
        see(stream, std::span<const float>(scores));
      });
      ++stream;
    }
    if (!std::holds_alternative<Scan>(program.ops[i])) continue;
    engine.scan_numbers(i, edges, [&](const auto& z, const auto& product, const auto& state) {
      see(stream + kZ, std::span<const float>(z));
      see(stream + kProduct, std::span<const float>(product));
      see(stream + kState, std::span<const float>(state));
    });
    stream += kScanStreams;
  }
}

// run_streams() over all samples, into one Sums a share of the samples: sums.see(stream, numbers).
// The shares depend on the number of samples alone, and are merged in their order by
// sums.merge(next), so the result does not depend on `threads`.
template <class Sums>
Sums sum_over_streams(const FloatEngine& engine, const Tensor<float>& inputs, int threads,
                      const Sums& empty, const ProgressCallback& progress) {
  constexpr std::size_t kShares = 16;
  const std::size_t samples = inputs.shape[0];
  std::vector<Sums> shares(std::min(samples, kShares), empty);
  std::mutex mutex;  // of `done` and `progress`
  std::size_t done = 0;
  parallel_for(shares.size(), threads, [&](std::size_t share) {
    const std::size_t first = samples * share / shares.size();
    const std::size_t last = samples * (share + 1) / shares.size();
    for (std::size_t i = first; i < last; ++i) {
      run_streams(engine, inputs.row(i), [&](std::size_t stream, std::span<const float> numbers) {
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
