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

/// One loop, whose pieces the threads take one after another.
struct Loop {
  const void* body;
  RunRange run;
  std::size_t n, piece;
  std::uint64_t floating_point;  // the caller's control word
  int threads;
  alignas(64) std::atomic<std::size_t> next{0};

  void take_pieces() {
    for (;;) {
      const std::size_t begin = next.fetch_add(1, std::memory_order_relaxed) * piece;
      if (begin >= n) return;
      run(body, begin, std::min(n, begin + piece));
    }
  }
};

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

/// Waits until done() by what costs least to wake from, then by what costs least to wait: spins, then lets other
/// threads run. False when it has waited for `patience`.
template <class Done>
bool spin_until(const Done& done, std::chrono::microseconds patience) {
  for (int i = 0; i < 2000; ++i) {
    if (done()) return true;
    pause();
  }
  const auto end = std::chrono::steady_clock::now() + patience;
  do {
    if (done()) return true;
    std::this_thread::yield();
  } while (std::chrono::steady_clock::now() < end);
  return done();
}

/// Minnow's own threads. They are never joined and the pool is never destroyed, so that a program may exit at any time.
class Pool {
 public:
  /// Runs the loop with the threads that come in time; false when another loop is running.
  bool run(const void* body, RunRange run_range, std::size_t n, std::size_t piece, int threads) {
    if (busy_.exchange(true, std::memory_order_acquire)) return false;
    start(threads - 1);
    loop_.body = body;
    loop_.run = run_range;
    loop_.n = n;
    loop_.piece = piece;
    loop_.floating_point = floating_point_control();
    loop_.threads = threads;
    loop_.next.store(0, std::memory_order_relaxed);
    open_.store(true);
    loops_.fetch_add(1);
    loops_.notify_all();
    loop_.take_pieces();
    open_.store(false);  // who enters from now on leaves at once; who is inside has a piece to finish
    while (!spin_until([&] { return inside_.load() == 0; }, std::chrono::seconds(1))) {
    }
    busy_.store(false, std::memory_order_release);
    return true;
  }

  /// In a child after fork(), which has none of the threads: the next loop starts others.
  void forget_threads() {
    started_ = ready_ = inside_ = 0;
    open_ = busy_ = false;
  }

 private:
  void start(int threads) try {
    for (; started_ < threads; ++started_) std::thread(&Pool::serve, this, started_ + 1).detach();
    while (ready_.load() < started_) std::this_thread::yield();
  } catch (const std::exception&) {  // no more threads, or no memory for one: those that are there do the work
  }

  void serve(int index) {
    try {
      kernels::packed_room();  // what a thread needs it takes at its start, not in the middle of a step
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
        loop_.take_pieces();
      }
      inside_.fetch_sub(1);
    }
  }

  alignas(64) std::atomic<int> loops_{0};  // begun so far: what idle threads watch
  alignas(64) std::atomic<bool> open_{false};
  std::atomic<int> inside_{0};  // threads that may be looking at the loop
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
      pool().forget_threads();
    });
    return made;
  }();
  return the_pool;
}

using GompParallel = void (*)(void (*body)(void*), void* data, unsigned threads, unsigned flags);

/// How a compiler starts a parallel region. The OpenMP runtime that OpenBLAS brought is asked for it by name: Minnow
/// itself links none.
GompParallel openmp() {
  static const auto parallel =
      blas_uses_openmp() ? reinterpret_cast<GompParallel>(dlsym(RTLD_DEFAULT, "GOMP_parallel")) : nullptr;
  return parallel;
}

bool run_in_openmp(const void* body, RunRange run, std::size_t n, std::size_t piece, int threads) {
  static std::atomic<bool> busy{false};
  pool();  // which sees to fork()
  if (busy.exchange(true, std::memory_order_acquire)) return false;
  Loop loop{body, run, n, piece, floating_point_control(), threads};
  openmp()(
      [](void* data) {
        auto& shared = *static_cast<Loop*>(data);
        const std::uint64_t before = floating_point_control();
        set_floating_point_control(shared.floating_point);
        shared.take_pieces();
        set_floating_point_control(before);
      },
      &loop, static_cast<unsigned>(threads), 0);
  busy.store(false, std::memory_order_release);
  return true;
}

}  // namespace

void parallel_for(std::size_t n, std::size_t piece, const void* body, RunRange run) {
  piece = std::max<std::size_t>(piece, 1);
  const int threads =
      static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(num_threads()), (n - 1) / piece + 1));
  if (threads > 1) {
    kernels::packed_room();  // where there is no memory for it, before anybody has begun
    if (openmp() != nullptr) {
      if (run_in_openmp(body, run, n, piece, threads)) return;
    } else {
      const SingleThreadedBlas scope;
      if (pool().run(body, run, n, piece, threads)) return;
    }
  }
  if (threads <= 1) return run(body, 0, n);
  // In pieces here too: what a thread computes must not depend on what others do meanwhile.
  for (std::size_t begin = 0; begin < n; begin += piece) run(body, begin, std::min(n, begin + piece));
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
