// The same seed gives the same bits: in two processes, with prefetching and without, at one thread and at two.

#include <tests/support/run_program.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

std::string hash(int threads, bool prefetch, int seed) {
  const std::string command = std::string(MINNOW_TRAIN_AND_HASH) + " " + std::to_string(threads) +
                              (prefetch ? " 1 " : " 0 ") + std::to_string(seed);
  const ProgramResult result = run_program(command);
  EXPECT_EQ(result.exit_code, 0) << command;
  return result.output;
}

class Reproducible : public ::testing::TestWithParam<int> {};  // threads

TEST_P(Reproducible, SameSeedSameBits) {
  const std::string first = hash(GetParam(), false, 7);
  EXPECT_EQ(first.size(), 17u);
  EXPECT_EQ(hash(GetParam(), false, 7), first) << "two processes differ";
  EXPECT_EQ(hash(GetParam(), true, 7), first) << "prefetching changes the result";
  EXPECT_NE(hash(GetParam(), false, 8), first) << "the seed has no effect";
}

INSTANTIATE_TEST_SUITE_P(Threads, Reproducible, ::testing::Values(1, 2));

}  // namespace
