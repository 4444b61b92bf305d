#include <minnow/core/math/kernels.hpp>
#include <minnow/core/threading/denormals.hpp>
#include <minnow/core/threading/parallel_for.hpp>

#include <tests/support/threads_for_test.hpp>

#include <atomic>
#include <cfenv>
#include <chrono>
#include <latch>
#include <limits>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

#if !defined(__SSE__) && !defined(__aarch64__)
#define SKIP_WITHOUT_CONTROL() GTEST_SKIP() << "this CPU's floating-point control is not supported"
#else
#define SKIP_WITHOUT_CONTROL() (void)0
#endif

/// Returns true if this thread flushes denormal results (operands) to zero.
template <class T>
bool flushes_results() {
  const volatile T smallest = std::numeric_limits<T>::min(), half = T{0.5};
  const volatile T product = smallest * half;
  return product == 0;
}
template <class T>
bool flushes_operands() {
  const volatile T denormal = std::numeric_limits<T>::denorm_min(), large = T{1} / std::numeric_limits<T>::epsilon();
  const volatile T product = denormal * large * large;
  return product == 0;
}
bool flushes() { return flushes_results<float>() && flushes_results<double>() && flushes_operands<float>(); }
bool keeps() { return !flushes_results<float>() && !flushes_results<double>() && !flushes_operands<float>(); }

TEST(FlushDenormals, OnlyDuringItsLifetime) {
  SKIP_WITHOUT_CONTROL();
  EXPECT_TRUE(keeps());
  {
    const FlushDenormals flush;
    EXPECT_TRUE(flushes());
    {
      const FlushDenormals again;
      EXPECT_TRUE(flushes());
    }
    EXPECT_TRUE(flushes()) << "the inner scope restores the previous setting";
  }
  EXPECT_TRUE(keeps());
}

TEST(FlushDenormals, OnlyOnThisThread) {
  SKIP_WITHOUT_CONTROL();
  std::latch flushing{1};
  bool other_keeps = false;
  std::thread other([&] {
    flushing.wait();
    other_keeps = keeps();
  });
  const FlushDenormals flush;
  flushing.count_down();
  other.join();
  EXPECT_TRUE(other_keeps);
}

TEST(FlushDenormals, RestoredAfterAnException) {
  SKIP_WITHOUT_CONTROL();
  try {
    const FlushDenormals flush;
    throw 1;
  } catch (int) {
  }
  EXPECT_TRUE(keeps());
}

TEST(FlushDenormals, NormalValuesAreUnchanged) {
  const FlushDenormals flush;
  const volatile Real smallest = std::numeric_limits<Real>::min(), one = 1;
  EXPECT_EQ(smallest * one, std::numeric_limits<Real>::min());
  EXPECT_EQ(-smallest * one, -std::numeric_limits<Real>::min());
}

TEST(FlushDenormals, AppliesToTheKernels) {
  SKIP_WITHOUT_CONTROL();
  const std::vector<Real> x(37, std::numeric_limits<Real>::min());
  std::vector<Real> y(37);
  kernels::scale(x.data(), Real{0.5}, y.data(), x.size());
  for (const Real value : y) EXPECT_TRUE(value != 0);
  const FlushDenormals flush;
  kernels::scale(x.data(), Real{0.5}, y.data(), x.size());
  for (const Real value : y) EXPECT_TRUE(value == 0);
}

/// Counts the calls in a loop that flush, or keep, denormals, and collects the threads.
struct Modes {
  int flushing = 0, keeping = 0;
  std::set<std::thread::id> threads;
};
Modes modes_in_a_loop() {
  Modes seen;
  std::mutex mutex;
  parallel_for(12, 1, [&](std::size_t, std::size_t) {
    const bool flushing = flushes(), keeping = keeps();
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(100);
    while (std::chrono::steady_clock::now() < end) std::this_thread::yield();
    const std::lock_guard lock(mutex);
    seen.flushing += flushing, seen.keeping += keeping;
    seen.threads.insert(std::this_thread::get_id());
  });
  return seen;
}

TEST(FlushDenormals, ALoopUsesTheCallersModeAndRestoresTheThreads) {
  SKIP_WITHOUT_CONTROL();
  const ThreadsForTest set(2);
  std::set<std::thread::id> flushing, keeping;
  for (int loop = 0; loop < 500 && (loop < 10 || flushing.size() < 2 || keeping.size() < 2); ++loop) {
    {
      const FlushDenormals flush;
      const Modes seen = modes_in_a_loop();
      ASSERT_EQ(seen.flushing, 12);
      ASSERT_TRUE(flushes());
      flushing.insert(seen.threads.begin(), seen.threads.end());
    }
    const Modes seen = modes_in_a_loop();
    ASSERT_EQ(seen.keeping, 12) << "a worker thread still flushes";
    ASSERT_TRUE(keeps());
    keeping.insert(seen.threads.begin(), seen.threads.end());
  }
  EXPECT_EQ(flushing.size(), 2u) << "no worker thread joined a loop";
  EXPECT_EQ(keeping.size(), 2u);
}

TEST(FlushDenormals, ALoopUsesTheCallersRoundingMode) {
  SKIP_WITHOUT_CONTROL();
  const ThreadsForTest set(2);
  const int before = std::fegetround();
  std::fesetround(FE_UPWARD);
  std::atomic<int> upward{0};
  parallel_for(64, 1, [&](std::size_t, std::size_t) {
    const volatile float third = 1.0F, three = 3.0F;
    const volatile float quotient = third / three;
    upward += static_cast<double>(quotient) > 1.0 / 3.0;
  });
  std::fesetround(before);
  EXPECT_EQ(upward, 64);
}

}  // namespace
}  // namespace minnow
