#include <minnow/core/math/detail/packed_product.hpp>
#include <minnow/core/threading/denormals.hpp>
#include <minnow/core/threading/detail/blas.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/core/threading/threads.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <new>
#include <thread>

#include <dlfcn.h>
#include <pthread.h>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

/// One loop. The threads share its grains dynamically.
struct Loop {
  const void* body;
  RunRange run;
  std::size_t n, grain_size;
  std::uint64_t floating_point;  // the caller's control word
  int threads;
  alignas(64) std::atomic<std::size_t> next{0};

  void run_grains() {
    for (;;) {
      const std::size_t begin = next.fetch_add(1, std::memory_order_relaxed) * grain_size;
      if (begin >= n) return;
      run(body, begin, std::min(n, begin + grain_size));
    }
  }
};

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

/// Waits until done(): spins for the fastest reaction, then yields to other threads. Returns false if done() is still
/// false after `timeout`.
template <class Done>
bool spin_until(const Done& done, std::chrono::microseconds timeout) {
  for (int i = 0; i < 2000; ++i) {
    if (done()) return true;
    pause();
  }
  const auto end = std::chrono::steady_clock::now() + timeout;
  do {
    if (done()) return true;
    std::this_thread::yield();
  } while (std::chrono::steady_clock::now() < end);
  return done();
}

/// Minnow's worker threads. They are never joined, and the pool is never destroyed, so a program may exit at any time.
class Pool {
 public:
  /// Runs the loop on the threads that are ready in time. Returns false if another loop is running.
  bool run(const void* body, RunRange run_range, std::size_t n, std::size_t grain_size, int threads) {
    if (busy_.exchange(true, std::memory_order_acquire)) return false;
    start(threads - 1);
    loop_.body = body;
    loop_.run = run_range;
    loop_.n = n;
    loop_.grain_size = grain_size;
    loop_.floating_point = floating_point_control();
    loop_.threads = threads;
    loop_.next.store(0, std::memory_order_relaxed);
    open_.store(true);
    loops_.fetch_add(1);
    loops_.notify_all();
    loop_.run_grains();
    open_.store(false);  // threads that enter later leave at once; those inside finish their grains
    while (!spin_until([&] { return inside_.load() == 0; }, std::chrono::seconds(1))) {
    }
    busy_.store(false, std::memory_order_release);
    return true;
  }

  /// Resets the pool in a child process after fork(), in which the threads do not exist. The next loop starts new ones.
  void reset_after_fork() {
    started_ = ready_ = inside_ = 0;
    open_ = busy_ = false;
  }

 private:
  void start(int threads) try {
    for (; started_ < threads; ++started_) std::thread(&Pool::serve, this, started_ + 1).detach();
    while (ready_.load() < started_) std::this_thread::yield();
  } catch (const std::exception&) {  // no more threads, or no memory for one: the existing threads do the work
  }

  /// Runs worker thread `index`.
  void serve(int index) {
    try {
      kernels::packed_workspace();  // allocated when the thread starts, not in the middle of a step
    } catch (const std::bad_alloc&) {
      ready_.fetch_add(1);
      return;
    }
    ready_.fetch_add(1);
    int seen = loops_.load();
    for (;;) {
      const auto called = [&] { return loops_.load(std::memory_order_acquire) != seen; };
      if (!spin_until(called, std::chrono::microseconds(300))) loops_.wait(seen);
      seen = loops_.load();
      inside_.fetch_add(1);
      if (open_.load() && index < loop_.threads) {
        set_floating_point_control(loop_.floating_point);
        loop_.run_grains();
      }
      inside_.fetch_sub(1);
    }
  }

  alignas(64) std::atomic<int> loops_{0};  // number of loops begun so far; idle threads wait for a change
  alignas(64) std::atomic<bool> open_{false};
  std::atomic<int> inside_{0};  // number of threads that may access the loop
  alignas(64) std::atomic<bool> busy_{false};
  int started_ = 0;
  std::atomic<int> ready_{0};
  Loop loop_{};
};

Pool& pool() {
  static Pool& the_pool = *[] {
    auto* made = new Pool;
    pthread_atfork(nullptr, nullptr, [] {
      restore_blas_after_fork();
      pool().reset_after_fork();
    });
    return made;
  }();
  return the_pool;
}

using GompParallel = void (*)(void (*body)(void*), void* data, unsigned threads, unsigned flags);

/// Returns the function by which compiled code starts a parallel region, or null. Minnow itself links no OpenMP; the
/// function is looked up by name in the runtime that OpenBLAS loaded.
GompParallel openmp() {
  static const auto parallel =
      blas_uses_openmp() ? reinterpret_cast<GompParallel>(dlsym(RTLD_DEFAULT, "GOMP_parallel")) : nullptr;
  return parallel;
}

bool run_in_openmp(const void* body, RunRange run, std::size_t n, std::size_t grain_size, int threads) {
  static std::atomic<bool> busy{false};
  pool();  // installs the handler for fork()
  if (busy.exchange(true, std::memory_order_acquire)) return false;
  Loop loop{body, run, n, grain_size, floating_point_control(), threads};
  openmp()(
      [](void* data) {
        auto& shared = *static_cast<Loop*>(data);
        const std::uint64_t before = floating_point_control();
        set_floating_point_control(shared.floating_point);
        shared.run_grains();
        set_floating_point_control(before);
      },
      &loop, static_cast<unsigned>(threads), 0);
  busy.store(false, std::memory_order_release);
  return true;
}

}  // namespace

void parallel_for(std::size_t n, std::size_t grain_size, const void* body, RunRange run) {
  grain_size = std::max<std::size_t>(grain_size, 1);
  const int threads =
      static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(num_threads()), (n - 1) / grain_size + 1));
  if (threads > 1) {
    kernels::packed_workspace();  // throws before the loop begins if there is no memory
    if (openmp() != nullptr) {
      if (run_in_openmp(body, run, n, grain_size, threads)) return;
    } else {
      const SingleThreadedBlas scope;
      if (pool().run(body, run, n, grain_size, threads)) return;
    }
  }
  if (threads <= 1) return run(body, 0, n);
  // Grain by grain here too: the result must not depend on whether other threads are available.
  for (std::size_t begin = 0; begin < n; begin += grain_size) run(body, begin, std::min(n, begin + grain_size));
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
