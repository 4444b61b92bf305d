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

TEST(MinnowFiles, TestsOnlyOnTheDataOfItsTraining) {
  const TemporaryFolder folder;
  const std::string table = (folder / "rows.csv").string(), run = (folder / "run").string();
  write_table(table, 60);
  ASSERT_EQ(run_minnow("train --quiet --epochs 1 --data " + table + " --checkpoint " + run).exit_code, 0);
  const std::string model = run + "/model.safetensors";
  EXPECT_EQ(run_minnow("eval " + model).exit_code, 0);
  write_table(table, 61);
  const ProgramResult changed = run_minnow("eval " + model);
  EXPECT_EQ(changed.exit_code, 1);
  EXPECT_NE(changed.output.find("expected the test data of its training (12 samples, "), std::string::npos)
      << changed.output;
  EXPECT_NE(run_minnow("report " + run).output.find("expected the test data of its training"), std::string::npos);
  const ProgramResult all = run_minnow("eval " + model + " --data " + table);
  EXPECT_EQ(all.exit_code, 0);
  EXPECT_EQ(all.output.rfind("All 61 rows of " + table + "\n", 0), 0u) << all.output;
}

/// Returns the data of a page: the text after this key.
std::string value_after(const std::string& page, const std::string& key) {
  const std::size_t at = page.find("\"" + key + "\":");
  return at == std::string::npos ? "none" : page.substr(at, page.find_first_of(",}", at) - at);
}

TEST(MinnowFiles, ACompleteRunKeepsItsReport) {
  const TemporaryFolder folder;
  const fs::path run = folder / "a run";
  const std::string quoted = "'" + run.string() + "'";
  const auto event_files = [&] {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(run))
      count += entry.path().filename().string().starts_with("events.out.") ? 1 : 0;
    return count;
  };
  ASSERT_EQ(
      run_minnow("train --quiet --drawings 160 --size 16 --model mlp:8 --epochs 3 --checkpoint " + quoted).exit_code,
      0);
  const std::string report = file_content(run / "report.html"), model = file_content(run / "model.safetensors");
  const std::size_t events = event_files();
  const ProgramResult again = run_minnow("train --resume --checkpoint " + quoted);
  EXPECT_EQ(again.exit_code, 0) << again.output;
  EXPECT_EQ(file_content(run / "model.safetensors"), model);
  EXPECT_EQ(file_content(run / "report.html").size(), report.size()) << "the distributions of all epochs";
  EXPECT_EQ(event_files(), events);

  fs::remove(run / "report.html");
  EXPECT_EQ(run_minnow("report " + quoted).exit_code, 0);
  const std::string written = file_content(run / "report.html");
  for (const char* key : {"best", "end"}) EXPECT_EQ(value_after(written, key), value_after(report, key));
  EXPECT_NE(value_after(report, "end"), "none");
  EXPECT_NE(
      run_minnow("inspect " + quoted + "/model.safetensors").output.find("\ntrained by    minnow train --drawings 160"),
      std::string::npos);
}

}  // namespace
}  // namespace minnow
