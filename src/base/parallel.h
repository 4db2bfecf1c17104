// SPDX-License-Identifier: Apache-2.0
// A loop whose turns run on several threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>

namespace emamba {

// Calls work() here and on up to `helpers` threads that wait for such calls and stay for the next.
// Returns when every call that began has ended; helpers that find no time meanwhile do not begin.
// work() must not throw.
void run_together(int helpers, const std::function<void()>& work);

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
  const std::size_t callers = std::min(count, static_cast<std::size_t>(std::max(1, threads)));
  run_together(static_cast<int>(callers) - 1, run);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace emamba
