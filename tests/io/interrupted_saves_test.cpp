// A save that does not finish leaves the old file as it was: a killed process, a limit on the size of files, a folder
// without permission to write.

#include <minnow/core/error.hpp>
#include <minnow/io.hpp>

#include <tests/support/message.hpp>
#include <tests/support/saved_models.hpp>
#include <tests/support/temporary_folder.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace minnow {
namespace {

using minnow::testing::TemporaryFolder;

/// Starts save_repeatedly, and returns when it has saved twice.
pid_t start_saving(const std::string& path) {
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) return -1;
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(pipe_ends[1], STDOUT_FILENO);
    ::execl(MINNOW_SAVE_REPEATEDLY, "save_repeatedly", path.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(pipe_ends[1]);
  char text[16];
  const ssize_t read = ::read(pipe_ends[0], text, sizeof text);
  ::close(pipe_ends[0]);
  return read > 0 ? child : -1;
}

TEST(InterruptedSaves, AFileIsTheOldOrTheNewModelWheneverTheProcessIsKilled) {
  const TemporaryFolder folder;
  const std::string path = (folder / "model.safetensors").string();
  Rng rng{1};
  std::size_t found[2] = {0, 0};
#ifdef MINNOW_FULL_SIZE_TESTS
  constexpr int kills = 100;
#else
  constexpr int kills = 10;
#endif
  for (int i = 0; i < kills; ++i) {
    const pid_t child = start_saving(path);
    ASSERT_GT(child, 0);
    std::this_thread::sleep_for(std::chrono::microseconds(rng.below(8000)));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the program ended with " << status;
    const Sequential loaded = load_model(path);
    const std::size_t index = loaded.config() == saved_model(1).config() ? 1 : 0;
    ASSERT_EQ(architecture_difference(loaded, saved_model(index)), "");
    const auto weights = loaded.state(), expected = saved_model(index).const_state();
    ASSERT_TRUE(std::equal(weights[0].value->values().begin(), weights[0].value->values().end(),
                           saved_model(index).const_state()[0].value->values().begin()));
    ++found[index];
  }
  std::printf("after %d kills: the first model %zu times, the second %zu times\n", kills, found[0], found[1]);
}

/// Runs the action in a child process. Returns true if it threw a DataError with this reason.
template <class Action>
bool fails_in_a_child(const std::string& reason, const Action& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string got = message<DataError>(action);
    if (got.find(reason) == std::string::npos) std::fprintf(stderr, "%s\n", got.c_str());
    ::_exit(got.find(reason) != std::string::npos ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void expect_first_model_alone(const TemporaryFolder& folder) {
  EXPECT_EQ(load_model(folder / "model.safetensors").config(), saved_model(0).config());
  const auto files = std::filesystem::directory_iterator(folder.path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "a temporary file remains";
}

TEST(InterruptedSaves, AFullDiskIsAnErrorAndLeavesTheOldFile) {
  const TemporaryFolder folder;
  save_model(saved_model(0), folder / "model.safetensors");
  EXPECT_TRUE(fails_in_a_child("model.safetensors: cannot be written (File too large).", [&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100'000, 100'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    save_model(saved_model(1), folder / "model.safetensors");
  }));
  expect_first_model_alone(folder);
}

TEST(InterruptedSaves, AFolderWithoutPermissionIsAnErrorAndLeavesTheOldFile) {
  const TemporaryFolder folder;
  save_model(saved_model(0), folder / "model.safetensors");
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0555));
  EXPECT_TRUE(fails_in_a_child("model.safetensors: cannot be written (Permission denied).", [&] {
    if (::getuid() == 0 && ::setuid(65534) != 0) return;  // root ignores permissions
    save_model(saved_model(1), folder / "model.safetensors");
  }));
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  expect_first_model_alone(folder);
}

TEST(InterruptedSaves, ANewFileHasThePermissionsOfTheUmaskAndAnOldFileKeepsItsOwn) {
  const TemporaryFolder folder;
  const auto permissions = [&] { return std::filesystem::status(folder / "model.safetensors").permissions(); };
  const mode_t mask = ::umask(027);
  save_model(saved_model(0), folder / "model.safetensors");
  EXPECT_EQ(permissions(), std::filesystem::perms(0640));
  std::filesystem::permissions(folder / "model.safetensors", std::filesystem::perms(0604));
  save_model(saved_model(1), folder / "model.safetensors");
  EXPECT_EQ(permissions(), std::filesystem::perms(0604));
  ::umask(mask);
}

TEST(InterruptedSaves, FollowsSymbolicLinks) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "data");
  std::filesystem::create_symlink("data/second", folder / "first");
  std::filesystem::create_symlink("model.safetensors", folder / "data" / "second");
  for (int i = 0; i < 2; ++i) {  // a file that does not exist, and one that does
    save_model(saved_model(0), folder / "first");
    EXPECT_TRUE(std::filesystem::is_symlink(folder / "first"));
    EXPECT_TRUE(std::filesystem::is_regular_file(std::filesystem::symlink_status(folder / "data/model.safetensors")));
  }
  std::filesystem::create_symlink("loop", folder / "loop");
  EXPECT_NE(
      message<DataError>([&] { save_model(saved_model(0), folder / "loop"); }).find("Too many levels of symbolic"),
      std::string::npos);
}

TEST(InterruptedSaves, WritesTheLongestName) {
  const TemporaryFolder folder;
  const std::string name(255, 'a');
  save_model(saved_model(0), folder / name);
  EXPECT_EQ(load_model(folder / name).config(), saved_model(0).config());
}

}  // namespace
}  // namespace minnow
