// SPDX-License-Identifier: Apache-2.0
// Loops over a batch: the only place where our own training code uses several threads.
#pragma once

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdint>

namespace emamba {

// The threads a loop over `count` items uses.
inline int batch_threads(std::int64_t count) {
  return static_cast<int>(std::clamp<std::int64_t>(count, 1, at::get_num_threads()));
}

// Calls work(thread, first, last) once a thread, with contiguous shares of [0, count): which items
// a thread gets depends on `threads` and `count` alone, so sums kept per thread are reproducible.
template <class Work>
void parallel_shares(std::int64_t count, int threads, const Work& work) {
  if (threads == 1) return work(0, std::int64_t{0}, count);
#pragma omp parallel for num_threads(threads) schedule(static, 1)
  for (int i = 0; i < threads; ++i) work(i, count * i / threads, count * (i + 1) / threads);
}

}  // namespace emamba
