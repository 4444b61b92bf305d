// --save, --load and --predictions of the example programs.

#include <minnow/core/precision.hpp>

#include <tests/support/run_program.hpp>
#include <tests/support/temporary_folder.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace minnow {
namespace {

namespace fs = std::filesystem;
using minnow::testing::TemporaryFolder;

ProgramResult run(const std::string& options) {
  return run_program(std::string(MINNOW_APPS_DIR) + "/" + options + " 2>&1");
}

std::string content(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string result_in(const std::string& output) {
  const std::size_t first = std::min(output.size(), output.find("\ntest loss"));
  return output.substr(first, output.find("\n\nCalibration") - first);
}

TEST(ModelFiles, ALoadedModelGivesTheResultOfTraining) {
  const TemporaryFolder folder;
  const std::string data = "--train 400 --test 100 --seed 3 ";
  const std::string model = (folder / "model.safetensors").string();
  const ProgramResult trained = run("animals --size 16 --epochs 3 " + data + "--save " + model + " --predictions " +
                                    (folder / "trained.csv").string());
  EXPECT_EQ(trained.exit_code, 0) << trained.output;
  EXPECT_NE(trained.output.find("\nSaved the model as " + model + " ("), std::string::npos) << trained.output;
  const ProgramResult loaded =
      run("animals " + data + "--load " + model + " --predictions " + (folder / "loaded.csv").string());
  EXPECT_EQ(loaded.exit_code, 0) << loaded.output;
  EXPECT_EQ(result_in(loaded.output), result_in(trained.output) + "\n");
  const std::string predictions = content(folder / "trained.csv");
  EXPECT_EQ(predictions.substr(0, 42), "image,class,predicted,dog,cat,horse,cheeta");
  EXPECT_EQ(std::count(predictions.begin(), predictions.end(), '\n'), 101);
  EXPECT_EQ(content(folder / "loaded.csv"), predictions);
}

TEST(ModelFiles, TheModelIsSavedBeforeAnythingElseCanFail) {
  const TemporaryFolder folder;
  const std::string model = (folder / "model.safetensors").string();
  const ProgramResult result =
      run("animals --size 16 --train 40 --test 40 --epochs 1 --save " + model + " --predictions /dev/full");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.output.find("animals: /dev/full: cannot be written (No space left on device).\n"), std::string::npos)
      << result.output;
  EXPECT_EQ(run("animals --load " + model + " --train 40 --test 40").exit_code, 0);
}

TEST(ModelFiles, WrongFilesAndOptionsAreRefusedInOneLine) {
  const TemporaryFolder folder;
  std::ofstream(folder / "empty.safetensors");
  const std::string empty = (folder / "empty.safetensors").string();
  for (const std::string& options :
       std::vector<std::string>{"--save /no/such/folder/model", "--save /tmp", "--load /no/such/file",
                                "--load " + empty, "--load /tmp", "--load " + empty + " --epochs 3",
                                "--load " + empty + " --save x", "--save x --predictions ./x", "photograph.jpg"}) {
    const ProgramResult result = run("animals " + options);
    EXPECT_EQ(result.exit_code, 1) << options << result.output;
    EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 1) << options << "\n" << result.output;
    EXPECT_EQ(result.output.rfind("animals: ", 0), 0u) << options << "\n" << result.output;
  }
}

}  // namespace
}  // namespace minnow
