// The files of the program minnow: outputs that replace no input, and folders of runs.

#include <tests/apps/programs.hpp>
#include <tests/support/temporary_folder.hpp>

#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace minnow {
namespace {

namespace fs = std::filesystem;
using minnow::testing::TemporaryFolder;

/// Writes rows of two classes, which depend on the column x.
void write_table(const fs::path& path, int rows) {
  std::ofstream file(path);
  file << "x,y,class\n";
  for (int i = 0; i < rows; ++i) file << i % 17 << "," << i * 7 % 13 << "," << (i % 17 < 8 ? "low" : "high") << "\n";
}

TEST(MinnowFiles, AnOutputReplacesNeitherAnInputNorAnotherOutput) {
  const TemporaryFolder folder;
  const auto path = [&](const char* name) { return (folder / name).string(); };
  write_table(folder / "rows.csv", 60);
  fs::create_directory(folder / "run");
  fs::create_symlink("rows.csv", folder / "link.csv");
  const std::string rows = file_content(folder / "rows.csv"), train = "train --quiet --epochs 1 --data ";
  for (const std::string& wrong :
       {path("rows.csv") + " --save " + path("rows.csv"), path("rows.csv") + " --predictions " + path("link.csv"),
        path("link.csv") + " --report " + folder.path().string() + "/./rows.csv",
        path("rows.csv") + " --save " + path("x") + " --report " + path("x"),
        path("rows.csv") + " --predictions " + path("x") + " --save " + path("x"),
        path("rows.csv") + " --checkpoint " + path("run") + " --save " + path("run/history.csv")})
    expect_refusal(train + wrong, "minnow train", "expected another file");
  EXPECT_EQ(file_content(folder / "rows.csv"), rows);
  EXPECT_FALSE(fs::exists(folder / "x"));
  EXPECT_TRUE(fs::is_empty(folder / "run"));

  const std::string model = path("model");
  ASSERT_EQ(run_minnow(train + path("rows.csv") + " --save " + model).exit_code, 0);
  for (const std::string& wrong : {model, path("rows.csv")})
    expect_refusal("eval " + model + " --predictions " + wrong, "minnow eval", "expected another file than ");
  EXPECT_EQ(file_content(folder / "rows.csv"), rows);
}

}  // namespace
}  // namespace minnow
