// A run that is killed, or whose disk is full, continues from its last checkpoint to the same bits.

#include <minnow/core/rng.hpp>
#include <minnow/io/checkpoint.hpp>

#include <tests/support/file_bytes.hpp>
#include <tests/support/run_program.hpp>
#include <tests/support/temporary_folder.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace minnow {
namespace {

using testing::TemporaryFolder;

constexpr std::size_t checkpoint_interval = 3;  // of train_with_checkpoints

/// Runs train_with_checkpoints, and kills it after a time. Returns its output.
std::string run_and_kill(const char* model, const std::filesystem::path& folder, std::chrono::microseconds time) {
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(pipe_ends[1], STDOUT_FILENO);
    ::execl(MINNOW_TRAIN_WITH_CHECKPOINTS, "train_with_checkpoints", model, folder.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(pipe_ends[1]);
  std::this_thread::sleep_for(time);
  ::kill(child, SIGKILL);
  std::string output;
  char bytes[256];
  for (ssize_t n; (n = ::read(pipe_ends[0], bytes, sizeof bytes)) > 0;)
    output.append(bytes, static_cast<std::size_t>(n));
  ::close(pipe_ends[0]);
  ::waitpid(child, nullptr, 0);
  return output;
}

/// Returns the last line that begins with `word`, without the word; empty if there is none.
std::string last(const std::string& output, const std::string& word) {
  const std::size_t at = output.rfind(word + ' ');
  if (at == std::string::npos) return {};
  return output.substr(at + word.size() + 1, output.find('\n', at) - at - word.size() - 1);
}

std::string train_whole(const std::string& model, const std::filesystem::path& folder) {
  return run_program(MINNOW_TRAIN_WITH_CHECKPOINTS " " + model + ' ' + folder.string() + " 2>&1").output;
}

std::size_t number_of_kills() {
  const char* const text = std::getenv("MINNOW_TEST_KILLS");
  return text != nullptr ? std::strtoul(text, nullptr, 10) : 10;
}

TEST(InterruptedRuns, EndInTheSameBitsWheneverTheProcessIsKilled) {
  const TemporaryFolder folders;
  Rng rng{17};
  std::size_t kills = 0, lost = 0, runs = 0;
  for (const char* const model : {"dense", "cnn"}) {
    const auto start = std::chrono::steady_clock::now();
    const std::string expected = last(train_whole(model, folders / (std::string(model) + "-whole")), "end");
    const std::chrono::duration<double> duration = std::chrono::steady_clock::now() - start;
    ASSERT_EQ(expected.size(), 16u);
    for (const std::size_t before = kills; kills < before + number_of_kills() / 2;) {
      const std::filesystem::path folder = folders / (model + std::to_string(runs++));
      for (;;) {
        const auto time =
            std::chrono::microseconds(static_cast<std::int64_t>(rng.uniform(0, 0.7 * duration.count()) * 1e6));
        const std::string output = run_and_kill(model, folder, time);
        if (const std::string end = last(output, "end"); !end.empty()) {
          ASSERT_EQ(end, expected);
          break;
        }
        ++kills;
        const auto checkpoints = checkpoints_in(folder);
        for (const auto& [step, path] : checkpoints) ASSERT_NO_THROW(load_checkpoint(path)) << path;
        const std::size_t trained = std::strtoul(last(output, "step").c_str(), nullptr, 10);
        const std::size_t saved = checkpoints.empty() ? 0 : checkpoints.back().first;
        if (trained > saved) lost = std::max(lost, trained - saved);
      }
      ASSERT_EQ(last(train_whole(model, folder), "end"), expected) << "resumed after its end";
    }
  }
  EXPECT_LE(lost, checkpoint_interval);
  std::printf("after %zu kills in %zu runs: the same bits; at most %zu steps lost\n", kills, runs, lost);
}

TEST(InterruptedRuns, EndInTheSameBitsAfterAFailedWrite) {
  const TemporaryFolder folders;
  const std::string expected = last(train_whole("cnn", folders / "whole"), "end");
  const std::string folder = (folders / "limited").string();
  const auto first = std::filesystem::file_size(folders / "whole/step-00000018.safetensors");
  // The history in a checkpoint grows, and exceeds the limit at some step.
  const std::string limited = run_program("bash -c 'trap \"\" XFSZ; ulimit -f " + std::to_string(first / 1024) + "; " +
                                          MINNOW_TRAIN_WITH_CHECKPOINTS + " cnn " + folder + " 2>&1'")
                                  .output;
  EXPECT_NE(limited.find("cannot be written (File too large)."), std::string::npos) << limited;
  EXPECT_EQ(last(limited, "end"), "");
  const auto checkpoints = checkpoints_in(folder);
  ASSERT_FALSE(checkpoints.empty());
  EXPECT_GT(checkpoints.back().first, 0u) << limited;
  for (const auto& [step, path] : checkpoints) EXPECT_NO_THROW(load_checkpoint(path));
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    EXPECT_NE(entry.path().extension(), ".tmp") << "a temporary file remains";
  EXPECT_EQ(last(train_whole("cnn", folder), "end"), expected);
}

}  // namespace
}  // namespace minnow
