// --save, --load and --predictions of the programs.

#include <minnow/core/rng.hpp>
#include <minnow/datasets/animals/draw_animal.hpp>
#include <minnow/datasets/images/image.hpp>

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

void write_drawing(const fs::path& path, datasets::Animal animal, std::uint64_t seed) {
  constexpr std::size_t size = 48;
  std::vector<Real> planes(3 * size * size);
  datasets::draw_animal(animal, size, Rng{seed}, planes);
  datasets::Image image{size, size, std::vector<std::uint8_t>(planes.size())};
  for (std::size_t i = 0; i < planes.size(); ++i)
    image.rgb[i % (size * size) * 3 + i / (size * size)] = static_cast<std::uint8_t>(planes[i] * 255);
  datasets::write_png(path, image);
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

TEST(ModelFiles, PhotographsAreClassified) {
  const TemporaryFolder folder;
  const std::string model = (folder / "model.safetensors").string();
  ASSERT_EQ(run("animals --size 16 --train 2000 --test 100 --epochs 3 --save " + model).exit_code, 0);
  std::string files;
  for (std::uint64_t i = 0; i < 8; ++i) {
    write_drawing(folder / (std::to_string(i) + ".png"), datasets::Animal::cheetah, i);
    files += " " + (folder / (std::to_string(i) + ".png")).string();
  }
  const ProgramResult result = run("animals --load " + model + files);
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 8) << result.output;
  std::size_t cheetahs = 0;
  for (std::size_t at = 0; (at = result.output.find(".png  cheetah", at)) != std::string::npos; ++at) ++cheetahs;
  EXPECT_GE(cheetahs, 6u) << result.output;

  std::ofstream(folder / "text.jpg") << "no image";
  const ProgramResult failed = run("animals --load " + model + " " + (folder / "text.jpg").string() + files);
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_NE(failed.output.find("text.jpg: not a JPEG or PNG"), std::string::npos) << failed.output;
  EXPECT_NE(failed.output.find("\nanimals: 1 of 9 files could not be read.\n"), std::string::npos) << failed.output;
  EXPECT_NE(failed.output.find("/7.png  "), std::string::npos) << "the others are classified\n" << failed.output;
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
  for (const std::string& options : std::vector<std::string>{
           "--save /no/such/folder/model", "--save /tmp", "--load /no/such/file", "--load " + empty, "--load /tmp",
           "--load " + empty + " --epochs 3", "--load " + empty + " --save x", "--save x --predictions ./x",
           "--load " + empty + " --test 10 photograph.jpg", "photograph.jpg"}) {
    const ProgramResult result = run("animals " + options);
    EXPECT_EQ(result.exit_code, 1) << options << result.output;
    EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 1) << options << "\n" << result.output;
    EXPECT_EQ(result.output.rfind("animals: ", 0), 0u) << options << "\n" << result.output;
  }
}

}  // namespace
}  // namespace minnow
