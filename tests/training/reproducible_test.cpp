// The same seed gives the same bits: in two processes, with any number of worker threads, at one thread and at two.

#include <tests/support/run_program.hpp>

#include <string>
#include <tuple>

#include <gtest/gtest.h>

namespace {

/// Trains a model with a number of threads and of worker threads that fill batches, and returns its hash.
std::string hash(const std::string& model, int threads, int workers, int seed) {
  std::string command = MINNOW_TRAIN_AND_HASH;
  for (const std::string& word : {model, std::to_string(threads), std::to_string(workers), std::to_string(seed)})
    command += " " + word;
  const ProgramResult result = run_program(command);
  EXPECT_EQ(result.exit_code, 0) << command;
  return result.output;
}

class Reproducible : public ::testing::TestWithParam<std::tuple<std::string, int>> {};  // model, threads

TEST_P(Reproducible, SameSeedSameBits) {
  const auto& [model, threads] = GetParam();
  const std::string first = hash(model, threads, 0, 7);
  EXPECT_EQ(first.size(), 17u);
  EXPECT_EQ(hash(model, threads, 0, 7), first) << "two processes differ";
  EXPECT_EQ(hash(model, threads, 1, 7), first) << "prefetching changes the result";
  EXPECT_EQ(hash(model, threads, 2, 7), first) << "a second worker changes the result";
  EXPECT_NE(hash(model, threads, 0, 8), first) << "the seed has no effect";
}

INSTANTIATE_TEST_SUITE_P(ModelAndThreads, Reproducible,
                         ::testing::Combine(::testing::Values("dense", "cnn"), ::testing::Values(1, 2)));

}  // namespace
