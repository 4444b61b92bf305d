// A run that is stopped and resumed ends in the same bits as one that is not: inside an epoch and at its end, with
// shuffling, augmentation, dropout, worker threads, accumulation, averages, validation and early stopping.

#include <minnow/minnow.hpp>

#include <tests/support/file_bytes.hpp>
#include <tests/support/message.hpp>
#include <tests/support/temporary_folder.hpp>
#include <tests/training/checkpointed_program.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

namespace fs = std::filesystem;
using testing::images;
using testing::Program;
using testing::Settings;
using testing::TemporaryFolder;

/// Compares all columns but those of times.
void expect_same_history(const History& a, const History& b) {
  ASSERT_EQ(a.columns(), b.columns());
  ASSERT_EQ(a.size(), b.size());
  for (const std::string& column : a.columns()) {
    if (column == "samples/s" || column == "seconds") continue;
    const std::vector<double> x = a.column(column), y = b.column(column);
    for (std::size_t r = 0; r < x.size(); ++r)
      EXPECT_TRUE(x[r] == y[r] || (std::isnan(x[r]) && std::isnan(y[r]))) << column << " in row " << r;
  }
}

/// Trains in parts: each part stops after `steps` steps, and the next is a new program with another seed.
History train_in_parts(Program& last, const Settings& settings, const fs::path& folder, std::size_t steps) {
  for (std::uint64_t part = 0;; ++part) {
    Program stopped(settings, 7 + part);
    Program& program = part < 100 ? stopped : last;
    std::stop_source stop;
    std::size_t taken = 0;
    program.options.stop = stop.get_token();
    program.options.on_step = [&](const Progress&) {
      if (++taken == steps) stop.request_stop();
    };
    program.options.checkpoint = {.folder = folder, .every = 1000};
    program.options.resume = true;
    const History history = program.train();
    if (history.end == History::End::stop_requested) continue;
    last.options.checkpoint = program.options.checkpoint;
    last.options.resume = true;
    return last.train();  // restores the end
  }
}

TEST(Checkpoints, AStoppedRunEndsInTheSameBits) {
  for (const std::size_t workers : {0u, 2u}) {
    const Settings settings{.workers = workers};
    Program whole(settings);
    const History expected = whole.train();
    ASSERT_EQ(expected.size(), 4u * 3);  // 5 steps an epoch, validated after every second step
    for (const std::size_t steps : {1u, 3u, 5u}) {
      SCOPED_TRACE(steps);
      const TemporaryFolder folder;
      Program last(settings, 99);
      const History history = train_in_parts(last, settings, folder / "run", steps);
      expect_same_history(history, expected);
      EXPECT_EQ(history.best, expected.best);
      EXPECT_EQ(first_difference(last.snapshot(), whole.snapshot()), "");
    }
  }
}

TEST(Checkpoints, TheLastAndTheBestAreKept) {
  const TemporaryFolder folder;
  Program program;
  program.options.checkpoint = {.folder = folder / "new/run", .every = 3, .keep = 2};
  program.options.early_stopping = std::nullopt;
  const History history = program.train();
  const auto checkpoints = checkpoints_in(folder / "new/run");
  ASSERT_EQ(checkpoints.size(), 2u);
  EXPECT_EQ(checkpoints[0].first, 18u);
  EXPECT_EQ(checkpoints[1].first, 20u);  // the end
  ASSERT_TRUE(history.best);
  const std::vector<double> losses = history.column("validation loss");
  for (const double value : losses) EXPECT_FALSE(value < losses[*history.best]);
  const Sequential best = load_model(folder / "new/run/best.safetensors");
  EXPECT_EQ(evaluate(best, program.loss, program.validation).loss, losses[*history.best]);
  for (const auto& entry : fs::directory_iterator(folder / "new/run"))
    EXPECT_EQ(entry.path().extension(), ".safetensors") << entry.path();
}

TEST(Checkpoints, ARunWithMoreEpochsContinuesAnEndedRun) {
  const TemporaryFolder folder;
  Program whole, first, second({}, 5);
  whole.options.epochs = 3;
  const History expected = whole.train();
  first.options.epochs = 1;
  second.options.epochs = 3;
  for (Program* program : {&first, &second}) {
    program->options.checkpoint.folder = folder / "run";
    program->options.resume = true;
    expect_same_history(program->train(), program == &first ? first.train() : expected);
  }
  EXPECT_EQ(first_difference(second.snapshot(), whole.snapshot()), "");
}

}  // namespace
}  // namespace minnow
