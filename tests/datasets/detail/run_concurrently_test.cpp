#include <minnow/core/error.hpp>
#include <minnow/datasets/detail/run_concurrently.hpp>

#include <tests/support/message.hpp>

#include <atomic>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

TEST(RunConcurrently, CallsTheBodyOncePerIndex) {
  for (const std::size_t count : {0u, 1u, 2u, 1000u}) {
    std::vector<std::atomic<int>> calls(count);
    run_concurrently(count, [&](std::size_t i) { ++calls[i]; });
    for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(calls[i], 1) << i << " of " << count;
  }
}

TEST(RunConcurrently, RethrowsAnExceptionAndStops) {
  std::atomic<std::size_t> calls{0};
  EXPECT_EQ(message<ValueError>([&] {
              run_concurrently(100'000'000, [&](std::size_t i) {
                ++calls;
                if (i == 57) throw ValueError("at " + std::to_string(i));
              });
            }),
            "at 57");
  EXPECT_LT(calls, 100'000'000u);
}

}  // namespace
}  // namespace minnow
