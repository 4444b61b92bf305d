#include <minnow/core/threading/parallel_for.hpp>

#include <tests/support/run_program.hpp>
#include <tests/support/threads_for_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

/// Counts the visits of each index, and the invalid ranges.
struct Visits {
  explicit Visits(std::size_t n) : counts(n) {}

  void run(std::size_t grain_size) {
    const std::size_t n = counts.size();
    parallel_for(n, grain_size, [&](std::size_t begin, std::size_t end) {
      if (begin % grain_size != 0 || begin >= end || end > n) ++bad_ranges;
      for (std::size_t i = begin; i < std::min(end, n); ++i) ++counts[i];
    });
  }

  void expect_each(int times) const {
    EXPECT_EQ(bad_ranges, 0);
    for (std::size_t i = 0; i < counts.size(); ++i) ASSERT_EQ(counts[i], times) << i;
  }

  std::vector<std::atomic<int>> counts;
  std::atomic<int> bad_ranges{0};
};

void wait_briefly() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(50);
  while (std::chrono::steady_clock::now() < end) std::this_thread::yield();
}

TEST(ParallelFor, RangesCoverEverythingOnceAndBeginAtMultiples) {
  for (int threads = 1; threads <= 4; ++threads) {
    const ThreadsForTest set(threads);
    for (const std::size_t n : {0u, 1u, 2u, 3u, 7u, 64u, 1000u, 1001u})
      for (const std::size_t grain_size :
           {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{64}, std::size_t{999}, std::size_t{1000},
            std::size_t{5000}, ~std::size_t{0} / 2, ~std::size_t{0}}) {
        SCOPED_TRACE(::testing::Message() << threads << " threads, n " << n << ", grain size " << grain_size);
        Visits visits(n);
        visits.run(grain_size);
        visits.expect_each(1);
      }
  }
}

TEST(ParallelFor, ThousandsOfTinyLoops) {
  for (int threads = 1; threads <= 4; ++threads) {
    const ThreadsForTest set(threads);
    Visits visits(9);
    for (int loop = 0; loop < 5000; ++loop) visits.run(2);
    visits.expect_each(5000);
  }
}

TEST(ParallelFor, TheNumberOfThreadsMayChangeBetweenLoops) {
  Visits visits(100);
  for (int loop = 0; loop < 400; ++loop) {
    const ThreadsForTest set(1 + loop * 7 % 4);
    visits.run(3);
  }
  visits.expect_each(400);
}

TEST(ParallelFor, OtherThreadsHelp) {
  const ThreadsForTest set(2);
  std::set<std::thread::id> seen;
  std::mutex mutex;
  for (int loop = 0; loop < 2000 && seen.size() < 2; ++loop)
    parallel_for(8, 1, [&](std::size_t, std::size_t) {
      wait_briefly();
      const std::lock_guard lock(mutex);
      seen.insert(std::this_thread::get_id());
    });
  EXPECT_EQ(seen.size(), 2u);
}

TEST(ParallelFor, NoMoreThreadsThanSet) {
  const ThreadsForTest more(4);
  Visits(64).run(1);  // the pool has four threads now
  const ThreadsForTest set(2);
  std::atomic<int> inside{0}, most{0};
  for (int loop = 0; loop < 20; ++loop)
    parallel_for(16, 1, [&](std::size_t, std::size_t) {
      const int now = ++inside;
      for (int before = most; before < now && !most.compare_exchange_weak(before, now);) {
      }
      wait_briefly();
      --inside;
    });
  EXPECT_LE(most, 2);
}

TEST(ParallelFor, Nested) {
  const ThreadsForTest set(3);
  std::vector<std::unique_ptr<Visits>> inner;
  for (std::size_t i = 0; i < 12; ++i) inner.push_back(std::make_unique<Visits>(40 + i));
  Visits outer(12);
  parallel_for(12, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      inner[i]->run(5);
      ++outer.counts[i];
    }
  });
  outer.expect_each(1);
  for (const auto& each : inner) each->expect_each(1);
}

TEST(ParallelFor, GrainsAreTheSameWhileAnotherLoopRuns) {
  const ThreadsForTest two(2);
  std::mutex mutex;
  std::set<std::pair<std::size_t, std::size_t>> ranges;
  std::size_t calls = 0;
  parallel_for(2, 1, [&](std::size_t, std::size_t) {
    parallel_for(10, 3, [&](std::size_t begin, std::size_t end) {
      const std::lock_guard lock(mutex);
      ranges.insert({begin, end});
      ++calls;
    });
  });
  const std::set<std::pair<std::size_t, std::size_t>> expected{{0, 3}, {3, 6}, {6, 9}, {9, 10}};
  EXPECT_EQ(ranges, expected);
  EXPECT_EQ(calls, 8u);
}

TEST(ParallelFor, FromSeveralThreadsAtOnce) {
  const ThreadsForTest set(3);
  std::vector<std::thread> threads;
  std::vector<std::unique_ptr<Visits>> visits;
  for (std::size_t t = 0; t < 3; ++t) visits.push_back(std::make_unique<Visits>(50 + t));
  for (std::size_t t = 0; t < 3; ++t)
    threads.emplace_back([&, t] {
      for (int loop = 0; loop < 1000; ++loop) visits[t]->run(4);
    });
  for (std::thread& thread : threads) thread.join();
  for (const auto& each : visits) each->expect_each(1000);
}

TEST(ParallelFor, RestoresOpenBlasThreads) {
  ASSERT_GT(openblas_threads(), 0);
  const int at_first = openblas_threads();
  for (int count = 1; count <= 4; ++count) {
    const ThreadsForTest set(count);
    EXPECT_EQ(openblas_threads(), count);
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t)
      threads.emplace_back([&] {
        for (int loop = 0; loop < 300; ++loop) parallel_for(16, 1, [](std::size_t, std::size_t) {});
      });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(openblas_threads(), count);
    EXPECT_EQ(num_threads(), count);
  }
  EXPECT_EQ(openblas_threads(), at_first);
}

TEST(ParallelFor, SetThreadsInsideALoopTakesEffectAfterIt) {
  const ThreadsForTest set(2);
  parallel_for(8, 1, [](std::size_t begin, std::size_t) {
    if (begin == 3) set_threads(3);
  });
  EXPECT_EQ(num_threads(), 3);
  EXPECT_EQ(openblas_threads(), 3);
}

/// Runs parallel_child.cpp, which ends in the given way while worker threads wait. die_after_fork=0: a child made by
/// fork may start threads, as OpenBLAS does. detect_leaks=0: memory of the parent's threads is lost in such a child.
ProgramResult run_child(const std::string& what) {
  return run_program(
      "TSAN_OPTIONS=\"$TSAN_OPTIONS die_after_fork=0 atexit_sleep_ms=0\" ASAN_OPTIONS=detect_leaks=0 timeout 60 " +
      std::string(MINNOW_PARALLEL_CHILD) + " " + what + " 2>&1");
}

TEST(ParallelPrograms, ReturnFromMain) { EXPECT_EQ(run_child("return").exit_code, 0); }
TEST(ParallelPrograms, CallExit) { EXPECT_EQ(run_child("exit").exit_code, 3); }
TEST(ParallelPrograms, CallExitInAThread) { EXPECT_EQ(run_child("exit_in_thread").exit_code, 3); }
TEST(ParallelPrograms, LoopInADestructorOfAStaticObject) { EXPECT_EQ(run_child("destructor").exit_code, 0); }

TEST(ParallelPrograms, ProductInADestructorOfAStaticObject) {
  EXPECT_EQ(run_child("product_in_destructor").exit_code, 0);
}
TEST(ParallelPrograms, NoMemoryForTheFirstThread) { EXPECT_EQ(run_child("no_memory").exit_code, 0); }
TEST(ParallelPrograms, GrainSizeZero) {
  EXPECT_EQ(run_child("grain_size_zero").exit_code, 0) << "124: the program did not end";
}

TEST(ParallelPrograms, ChildrenMadeByFork) {
  const ProgramResult result = run_child("fork");
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

}  // namespace
}  // namespace minnow
