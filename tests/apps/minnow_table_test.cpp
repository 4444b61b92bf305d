// minnow train and predict on CSV files.

#include <tests/apps/programs.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using minnow::testing::TemporaryFolder;

/// Writes 40 rows of two classes, x above and below 20. The column "rare" has one value.
std::string write_rows(const TemporaryFolder& folder) {
  std::ofstream file(folder / "rows.csv");
  file << "x,rare,code,kind\n";
  for (int i = 0; i < 40; ++i)
    file << i << "," << (i == 7 ? "1" : "") << "," << i % 3 << "," << (i < 20 ? "low" : "high") << "\n";
  return (folder / "rows.csv").string();
}

const std::string quick = "train --quiet --model mlp:8 --data ";

TEST(MinnowTable, TrainsEachFoldOfAColumnWithOneValue) {
  const TemporaryFolder folder;
  const std::string rows = write_rows(folder);
  for (const char* fold : {"1", "2", "3", "4", "5"}) {
    const ProgramResult result = run_minnow(quick + rows + " --epochs 5 --fold " + fold);
    EXPECT_EQ(result.exit_code, 0) << result.output;
  }
}

TEST(MinnowTable, PredictsSeveralFilesInOneTable) {
  const TemporaryFolder folder;
  const std::string rows = write_rows(folder), model = (folder / "model").string();
  ASSERT_EQ(run_minnow(quick + rows + " --ignored rare --categories code --epochs 200 --save " + model).exit_code, 0);
  EXPECT_NE(run_minnow("inspect " + model).output.find("x, code=0, code=1, code=2\n"), std::string::npos);
  EXPECT_EQ(run_minnow("eval --data " + rows + " " + model).exit_code, 0);
  const std::string a = (folder / "a.csv").string(), b = (folder / "b.csv").string();
  std::ofstream(a) << "x,rare,code\n1,,0\n39,,1\n";
  std::ofstream(b) << "x,rare,code\n38,,2\n";
  const ProgramResult csv = run_minnow("predict --csv " + model + " " + a + " " + b);
  EXPECT_EQ(csv.exit_code, 0) << csv.output;
  EXPECT_EQ(csv.output.rfind("x,rare,code,predicted,high,low\n1,,0,low,", 0), 0u) << csv.output;
  EXPECT_EQ(csv.output.find("predicted", 20), std::string::npos) << csv.output;
  EXPECT_NE(csv.output.find("\n38,,2,high,"), std::string::npos) << csv.output;
  const ProgramResult one = run_minnow("predict --json " + model + " " + a);
  EXPECT_EQ(one.output.rfind("{\"row\": 1, \"predicted\": \"low\", ", 0), 0u) << one.output;
  const ProgramResult two = run_minnow("predict --json " + model + " " + a + " " + b);
  EXPECT_NE(two.output.find("\n{\"file\": \"" + b + "\", \"row\": 1, \"predicted\": \"high\", "), std::string::npos)
      << two.output;
  expect_refusal("predict --csv " + model + " " + a + " " + b + "c", "minnow predict", "b.csvc' (No such file");
  std::ofstream(b) << "code,x\n2,38\n";
  EXPECT_NE(run_minnow("predict --csv " + model + " " + a + " " + b).output.find("expected the columns of " + a),
            std::string::npos);
  EXPECT_EQ(run_app("minnow predict --csv " + model + " - < /dev/null").output,
            "x,column 2,code,kind,predicted,high,low\n");  // the model has no names of ignored columns
}

TEST(MinnowTable, NamesTheOptionsThatHelp) {
  const TemporaryFolder folder;
  const std::string rows = write_rows(folder), texts = (folder / "texts.csv").string();
  const std::string two = (folder / "two.csv").string();
  std::ofstream(two) << "a,b\n1,x\n2,y\n";
  std::ofstream(texts) << "1,x\n2,y\n3,x\n4,y\n5,x\nlots,y\n7,x\n8,y\n9,x\n10,y\n";
  expect_refusal(quick + two, "minnow train", "expected at least 5 rows for five folds, got 2.");
  expect_refusal(quick + texts, "minnow train", "add this text to missing, or add the column to categories");
  EXPECT_EQ(run_minnow(quick + texts + " --epochs 5 --missing lots").exit_code, 0);
  EXPECT_EQ(run_minnow(quick + texts + " --epochs 5 --categories 1 --header no").exit_code, 0);
  expect_refusal(quick + rows + " --target x --target-kind number --balance weights", "minnow train",
                 "--balance: expected a target of classes, got the numbers of the column 'x'.");
  expect_refusal(quick + rows + " --validation 0 --patience 3", "minnow train",
                 "--patience: expected a --validation above 0");
  for (const auto& [arguments, part] : std::vector<std::pair<std::string, std::string>>{
           {"--data " + rows + " --flip", "--flip: expected images, got a table."},
           {"--data " + rows + " --size 8", "--size: expected photographs or drawings, got a table."},
           {"--data " + rows + " --drawings 8", "--drawings: expected drawings, no --data, got a table."},
           {"--target x", "--target: expected a table, --data FILE.csv, got drawings."},
           {"--test x --data " + rows + " --fold 2", "--test: expected no --fold with it."}})
    expect_refusal("train " + arguments, "minnow train", part);
}

}  // namespace
}  // namespace minnow
