// Runs each command of docs/tutorial.md, in an empty folder.

#include <tests/apps/programs.hpp>
#include <tests/support/temporary_folder.hpp>

#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

namespace fs = std::filesystem;
using minnow::testing::TemporaryFolder;

/// Returns the blocks of shell commands.
std::vector<std::string> shell_blocks(const std::string& page) {
  const std::string start = "\n```sh\n";
  std::vector<std::string> blocks;
  for (std::size_t at = 0; (at = page.find(start, at)) != std::string::npos;) {
    at += start.size();
    blocks.push_back(page.substr(at, page.find("```", at) - at));
  }
  return blocks;
}

bool needs_backbone(const std::string& block) { return block.find("--backbone") != std::string::npos; }

ProgramResult run_in(const fs::path& folder, const std::string& commands) {
  std::ofstream(folder / "commands.sh") << commands;
  return run_program("cd " + folder.string() + " && PATH=" MINNOW_APPS_DIR ":$PATH sh -euc '. ./commands.sh' 2>&1");
}

#ifdef MINNOW_FULL_SIZE_TESTS
TEST(Tutorial, EachCommandRuns) {
  const TemporaryFolder folder;
  const std::string page = file_content(MINNOW_SOURCE_DIR "/docs/tutorial.md");
  std::size_t commands = 0;
  for (const std::string& block : shell_blocks(page)) {
    if (needs_backbone(block)) continue;
    commands += static_cast<std::size_t>(lines_in(block));
    const ProgramResult result = run_in(folder.path(), block);
    ASSERT_EQ(result.exit_code, 0) << block << result.output;
    const bool is_first_run =
        block.find("--checkpoint") != std::string::npos && block.find("--resume") == std::string::npos;
    if (!is_first_run) continue;
    const std::size_t at = page.find("Photographs of cat, ");
    EXPECT_NE(result.output.find(page.substr(at, page.find("```", at) - at)), std::string::npos) << result.output;
  }
  EXPECT_GE(commands, 11u);
  for (const char* file :
       {"runs/1/report.html", "report.html", "pets.onnx", "pets.hpp", "pets.npz", "weights.safetensors"})
    EXPECT_GT(fs::file_size(folder / file), 1000u) << file;
  const ProgramResult result = run_in(folder.path(), "minnow eval pets.safetensors --json");
  const std::size_t at = result.output.find("\"accuracy\": ");
  ASSERT_NE(at, std::string::npos) << result.output;
  EXPECT_GE(std::stod(result.output.substr(at + 12)), 0.8) << result.output;
}

TEST(Tutorial, TheBackboneIsBetter) {
  const char* weights = std::getenv("MINNOW_BACKBONE");
  if (weights == nullptr) GTEST_SKIP() << "MINNOW_BACKBONE names no efficientnet-lite0-*.pth: NOT TESTED";
  const TemporaryFolder folder;
  fs::create_directories(folder / "weights/package/models");
  fs::create_symlink(fs::absolute(weights), folder / "weights/package/models/efficientnet-lite0-57934424.pth");
  for (const std::string& block : shell_blocks(file_content(MINNOW_SOURCE_DIR "/docs/tutorial.md"))) {
    if (block.find("minnow draw") == std::string::npos && !needs_backbone(block)) continue;
    const ProgramResult result = run_in(folder.path(), block.substr(block.find("minnow ")));
    EXPECT_EQ(result.exit_code, 0) << result.output;
  }
  EXPECT_EQ(run_in(folder.path(), "minnow predict better.safetensors photographs/test/dog").exit_code, 0);
}
#endif

TEST(Tutorial, HasCommands) { EXPECT_GE(shell_blocks(file_content(MINNOW_SOURCE_DIR "/docs/tutorial.md")).size(), 6u); }

}  // namespace
}  // namespace minnow
