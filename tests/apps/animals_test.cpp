#include <minnow/core/rng.hpp>
#include <minnow/datasets/animals/animals.hpp>
#include <minnow/datasets/animals/draw_animal.hpp>
#include <minnow/datasets/images/image.hpp>

#include <tests/support/run_program.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <regex>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace minnow {
namespace {

namespace fs = std::filesystem;

ProgramResult animals(const std::string& options) {
  return run_program(std::string(MINNOW_APPS_DIR) + "/animals " + options + " 2>&1");
}

const std::string small = "--size 16 --train 400 --test 100 --epochs 2 ";

/// A folder of small drawings, removed at the end.
class Photographs : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "minnow_animals_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    for (const char* part : {"train", "test"})
      for (std::size_t label = 0; label < 3; ++label)
        for (std::uint64_t i = 0; i < 6; ++i)
          add(std::string(part) + "/" + datasets::animal_names()[label] + "/" + std::to_string(i) + ".png", label, i);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void add(const std::string& name, std::size_t label, std::uint64_t seed) {
    constexpr std::size_t size = 20;
    std::vector<Real> planes(3 * size * size);
    datasets::draw_animal(static_cast<datasets::Animal>(label), size, Rng{seed}, planes);
    datasets::Image image{size, size, std::vector<std::uint8_t>(planes.size())};
    for (std::size_t i = 0; i < planes.size(); ++i)
      image.rgb[i % (size * size) * 3 + i / (size * size)] = static_cast<std::uint8_t>(planes[i] * 255);
    fs::create_directories((folder_ / name).parent_path());
    datasets::write_png(folder_ / name, image);
  }
  void write(const std::string& name, const std::string& content) { std::ofstream(folder_ / name) << content; }

  ProgramResult run() { return animals("--data " + folder_.string() + " --size 16 --epochs 1"); }

  fs::path folder_;
};

TEST(Animals, PrintsTheSummaryTheResultTheMatrixAndTheWalkthrough) {
  const ProgramResult result = animals(small + "--baselines");
  EXPECT_EQ(result.exit_code, 0);
  for (const char* piece : {"Drawing 400 training and 100 test images of dog, cat, horse, cheetah",
                            "mean and standard deviation of 380 training images",
                            "Dense(768 -> 256)",
                            "\nfirst step after ",
                            "epoch 1/2  loss",
                            "\ntest loss ",
                            "true \\ predicted      dog      cat    horse  cheetah",
                            "before training",
                            "after training",
                            "logits",
                            "softmax",
                            "cross-entropy",
                            "nearest class mean",
                            "linear model",
                            "precision   recall       F1    samples",
                            "macro mean",
                            "on 20 more held-out images",
                            "expected calibration error",
                            "before          1.000",
                            "after  "})
    EXPECT_NE(result.output.find(piece), std::string::npos) << piece << "\n" << result.output;
  EXPECT_EQ(result.output.find('\r'), std::string::npos) << "a progress bar was drawn into a pipe";
  EXPECT_TRUE(std::regex_search(result.output, std::regex("\ntest loss [0-9.]+ accuracy [0-9.]+%\n"))) << result.output;
}

TEST(Animals, GivesTheSameResultForTheSameSeed) {
  const auto result_of = [](const std::string& options) {
    const std::string output = animals(small + options).output;
    return output.substr(std::min(output.size(), output.find("\ntest loss")));
  };
  const std::string first = result_of("--seed 5");
  EXPECT_GT(first.size(), 100u);
  EXPECT_EQ(result_of("--seed 5"), first);
  EXPECT_NE(result_of("--seed 6"), first);
}

TEST(Animals, HelpsAndRefusesInOneLine) {
  const ProgramResult help = animals("--help");
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_NE(help.output.find("--data"), std::string::npos);
  for (const char* wrong :
       {"--no-such-option", "--size 0", "--size 3", "--size x", "--batch-size 0", "--train 0", "--test 0",
        "--threads 0", "--data /no/such/folder", "--data /etc/hostname", "--validation 2", "--calibration 1",
        "--learning-rate -1", "--epochs 0", "--contact-sheet /no/such/folder/sheet.png --train 40 --test 8", "stray"}) {
    const ProgramResult result = animals(wrong);
    EXPECT_EQ(result.exit_code, 1) << wrong << "\n" << result.output;
    EXPECT_LE(std::count(result.output.begin(), result.output.end(), '\n'), 4) << wrong << "\n" << result.output;
    EXPECT_FALSE(result.output.empty()) << wrong;
  }
}

TEST(Animals, StopsWhenTheLossIsNotFinite) {
  const ProgramResult result = animals(small + "--learning-rate 1e20");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.output.find("animals: fit: expected a finite loss, got "), std::string::npos) << result.output;
  EXPECT_NE(result.output.find("it arose in layer"), std::string::npos) << result.output;
}

TEST(Animals, EndsQuietlyIfTheReaderOfItsOutputCloses) {
  const ProgramResult result = animals(small + "2>&1 | head -n 1");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 1) << result.output;
}

TEST(Animals, WritesAContactSheet) {
  const fs::path sheet = fs::temp_directory_path() / ("minnow_sheet_" + std::to_string(getpid()) + ".png");
  const ProgramResult result = animals(small + "--contact-sheet " + sheet.string());
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.output.find("  row 8: "), std::string::npos) << result.output;
  const datasets::Image image = datasets::read_image(sheet);
  EXPECT_EQ(image.width, 8 * (96 + 4) + 4u);
  EXPECT_EQ(image.height, image.width);
  fs::remove(sheet);
}

TEST_F(Photographs, AreReadInTheOrderOfTheClasses) {
  const ProgramResult result = run();
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find("Read 18 training and 18 test images of dog, cat, horse in"), std::string::npos)
      << result.output;
}

// A name may be wider than its number of characters, or have more bytes than columns; the numbers stay in columns.
TEST_F(Photographs, TheWalkthroughIsAlignedForAnyClassName) {
  for (const char* part : {"train", "test"})
    for (const char* name : {"猎豹猎豹", "e\u0301le\u0301phant"}) add(std::string(part) + "/" + name + "/1.png", 0, 9);
  const ProgramResult result = run();
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find("\n            before training      after training\n"
                               "  truth     logits  softmax     logits  softmax\n"),
            std::string::npos)
      << result.output;
  const std::string numbers = "\n  [01]\\.000 {3,9}-?[0-9.]{5,} {4}[0-9.]{5} {3,9}-?[0-9.]{5,} {4}[0-9.]{5}  ";
  for (const char* name : {"dog", "猎豹猎豹", "e\u0301le\u0301phant"})
    EXPECT_TRUE(std::regex_search(result.output, std::regex(numbers + name + "\n"))) << name << "\n" << result.output;
}

TEST_F(Photographs, InvalidFilesAreNamedAndSkipped) {
  write("train/dog/not_an_image.jpg", "hello");
  write("train/dog/empty.jpg", "");
  const ProgramResult result = run();
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find("not_an_image.jpg: "), std::string::npos) << result.output;
  EXPECT_NE(result.output.find("empty.jpg: "), std::string::npos) << result.output;
  EXPECT_NE(result.output.find("Read 18 training"), std::string::npos) << result.output;
}

TEST_F(Photographs, AnEmptyClassIsAnError) {
  fs::remove_all(folder_ / "train/cat");
  fs::create_directories(folder_ / "train/cat");
  const ProgramResult result = run();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.output.find("'cat'"), std::string::npos) << result.output;
}

#ifdef MINNOW_FULL_SIZE_TESTS
/// Returns the largest resident size in bytes of a program and its children.
double peak_memory(const std::string& command) {
  const pid_t child = fork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  int status = -1;
  rusage used{};
  EXPECT_EQ(wait4(child, &status, 0, &used), child);
  EXPECT_EQ(status, 0) << command;
  return 1024.0 * static_cast<double>(used.ru_maxrss);
}

TEST_F(Photographs, AreHeldOnceInMemory) {
  constexpr std::size_t size = 128, more = 600;
  const std::string program = std::string(MINNOW_APPS_DIR) +
                              "/animals --model dense --batch-size 32 --epochs 1 --data " + folder_.string() +
                              " --size " + std::to_string(size) + " > /dev/null";
  const double few = peak_memory(program);
  for (std::size_t i = 0; i < more; ++i)
    fs::create_hard_link(folder_ / "train/dog/1.png", folder_ / ("train/dog/more" + std::to_string(i) + ".png"));
  const double copies = (peak_memory(program) - few) / (more * 3 * size * size * sizeof(Real));
  std::cout << "copies of the photographs in memory: " << copies << "\n";
  EXPECT_GT(copies, 0.8);
  EXPECT_LT(copies, 1.2);
}

/// Returns the number after `label`, or -1 if there is none.
double number_after(const std::string& text, const std::string& label) {
  const auto at = text.find(label);
  return at == std::string::npos ? -1 : std::strtod(text.c_str() + at + label.size(), nullptr);
}

TEST(Animals, LearnsTheDrawingsFarBetterThanALinearModel) {
  const std::string output = animals("--baselines").output;
  EXPECT_LE(number_after(output, "test loss "), 0.15) << output;
  const double network = number_after(output, "this network"), linear = number_after(output, "linear model");
  EXPECT_GE(network, 97) << output;
  EXPECT_LE(linear, network - 15) << output;
  EXPECT_GT(linear, 25) << output;
  EXPECT_LT(number_after(output, "nearest class mean"), 50) << output;
}

TEST(Animals, LearnsFromPhotographs) {
  const char* folder = std::getenv("MINNOW_PHOTOGRAPHS");
  if (folder == nullptr)
    GTEST_SKIP() << "MINNOW_PHOTOGRAPHS names no folder of {train,test}/{dog,cat,horse,cheetah}: NOT TESTED";
  // Three of eighty epochs.
  const std::string output = animals(std::string("--epochs 3 --data ") + folder).output;
  EXPECT_TRUE(std::regex_search(output, std::regex("\ntest loss [0-9.]+ accuracy [6-9][0-9]"))) << output;
  const std::string dense = animals(std::string("--model dense --data ") + folder).output;
  EXPECT_TRUE(std::regex_search(dense, std::regex("\ntest loss [0-9.]+ accuracy (5[5-9]|[6-9][0-9])"))) << dense;
}
#endif

}  // namespace
}  // namespace minnow
