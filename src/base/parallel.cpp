// SPDX-License-Identifier: Apache-2.0
#include "base/parallel.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <thread>
#include <vector>

namespace emamba {
namespace {

// Waits for what will probably be true soon, for half a millisecond at most, without going to
// sleep: waking up takes longer than many a loop does. Others may have the processor meanwhile.
template <class Condition>
void wait_awake(const Condition& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(500);
  while (!condition() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
}

class Helpers {
 public:
  ~Helpers() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void run_together(int helpers, const std::function<void()>& work) {
    Call call{.work = work, .wanted = helpers};
    std::unique_lock lock(mutex_);
    calls_.push_back(&call);
    ++calls_made_;
    for (; idle_ < helpers; ++idle_) threads_.emplace_back([this] { help(); });
    lock.unlock();
    changed_.notify_all();
    work();
    wait_awake([&] { return call.running == 0; });
    lock.lock();
    calls_.remove(&call);  // unless all its helpers began
    ended_.wait(lock, [&] { return call.running == 0; });
  }

 private:
  struct Call {
    const std::function<void()>& work;
    int wanted;                    // helpers yet to begin
    std::atomic<int> running = 0;  // helpers at work; changes under the lock
  };

  void help() {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (calls_.empty() && !ending_) {
        const std::uint64_t seen = calls_made_;
        lock.unlock();
        wait_awake([&] { return calls_made_ != seen; });
        lock.lock();
      }
      changed_.wait(lock, [&] { return ending_ || !calls_.empty(); });
      if (ending_) return;
      Call& call = *calls_.front();
      ++call.running;
      if (--call.wanted == 0) calls_.pop_front();
      --idle_;
      lock.unlock();
      call.work();
      lock.lock();
      ++idle_;
      if (--call.running == 0) ended_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_, ended_;
  std::list<Call*> calls_;  // that want helpers
  std::atomic<std::uint64_t> calls_made_ = 0;
  std::vector<std::thread> threads_;
  int idle_ = 0;  // threads that wait, or are about to
  bool ending_ = false;
};

}  // namespace

void run_together(int helpers, const std::function<void()>& work) {
  if (helpers <= 0) return work();
  static Helpers all;
  all.run_together(helpers, work);
}

}  // namespace emamba
