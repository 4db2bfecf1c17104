// SPDX-License-Identifier: Apache-2.0
// A loop whose turns run on several threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace emamba {

// Calls work(i) once for every i in [0, count), on `threads` threads, in no particular order. After
// an exception no further turns start; the first one is thrown again here.
template <class Work>
void parallel_for(std::size_t count, int threads, const Work& work) {
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto run = [&] {
    try {
      for (std::size_t i; (i = next++) < count;) work(i);
    } catch (...) {
      next = count;
      const std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  const std::size_t helpers = std::min(count, static_cast<std::size_t>(std::max(1, threads)));
  std::vector<std::jthread> pool;
  for (std::size_t i = 1; i < helpers; ++i) pool.emplace_back(run);
  run();
  pool.clear();  // joins
  if (failure) std::rethrow_exception(failure);
}

}  // namespace emamba
