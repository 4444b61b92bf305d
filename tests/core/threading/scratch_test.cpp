#include <minnow/core/threading/detail/scratch.hpp>

#include <tests/support/threads_for_test.hpp>

#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

TEST(ForEachItem, RunsEachItemOnceAndEachWorkerOnOneThreadAtATime) {
  const ThreadsForTest scope(4);
  for (const std::size_t items : {0, 1, 3, 1000})
    for (const std::size_t workers : {1, 2, 4}) {
      std::vector<std::atomic<int>> runs(items), busy(workers);
      for_each_item(items, workers, [&](std::size_t worker, std::size_t item) {
        EXPECT_EQ(busy.at(worker)++, 0);
        ++runs.at(item);
        --busy.at(worker);
      });
      for (const auto& count : runs) EXPECT_EQ(count, 1);
    }
}

}  // namespace
}  // namespace minnow
