#include <minnow/core/rng.hpp>

#include <tests/support/idx_bytes.hpp>
#include <tests/support/run_program.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <string>

#include <gtest/gtest.h>

namespace minnow {
namespace {

namespace fs = std::filesystem;

ProgramResult run(const std::string& program, const std::string& options) {
  return run_program(std::string(MINNOW_APPS_DIR) + "/" + program + " " + options + " 2>&1");
}

/// A folder of easy images, 8 x 8: the bit pattern of the label, and noise. Removed at the end.
class Mnist : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "minnow_mnist_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    write("train", 600, Rng{1});
    write("t10k", 100, Rng{2});
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& part, std::uint32_t count, Rng rng) {
    test::Bytes pixels, labels;
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto label = static_cast<std::uint8_t>(i % 10);
      labels.push_back(label);
      for (unsigned k = 0; k < 64; ++k)
        pixels.push_back(static_cast<std::uint8_t>(rng.below(100) + ((label >> k / 16 & 1) != 0 ? 100 : 0)));
    }
    test::write_bytes(folder_ / (part + "-images-idx3-ubyte"), test::idx(0x803, {count, 8, 8}, pixels));
    test::write_bytes(folder_ / (part + "-labels-idx1-ubyte"), test::idx(0x801, {count}, labels));
  }

  std::string data() const { return "--data " + folder_.string() + " "; }

  fs::path folder_;
};

TEST_F(Mnist, ALoadedModelGivesTheResultOfTraining) {
  const std::string model = (folder_ / "model.safetensors").string();
  const auto result_in = [](const std::string& output) {
    return output.substr(std::min(output.size(), output.find("test loss")), 31);
  };
  const ProgramResult trained = run("mnist", data() + "--model cnn --epochs 1 --batch-size 32 --save " + model);
  EXPECT_EQ(trained.exit_code, 0) << trained.output;
  const ProgramResult loaded = run("mnist", data() + "--load " + model);
  EXPECT_EQ(loaded.exit_code, 0) << loaded.output;
  EXPECT_EQ(result_in(loaded.output), result_in(trained.output));
  EXPECT_EQ(loaded.output.find("epoch"), std::string::npos) << loaded.output;
  const ProgramResult clothes = run("fashion_mnist", data() + "--load " + model);
  EXPECT_EQ(clothes.exit_code, 1);
  EXPECT_NE(clothes.output.find("expected a model of images (1, 8, 8) of T-shirt, trouser"), std::string::npos)
      << clothes.output;
}

TEST_F(Mnist, TrainsAndShowsTheResultAndTheMatrix) {
  const ProgramResult result = run("mnist", data() + "--epochs 4 --batch-size 32 --shift 0");
  EXPECT_EQ(result.exit_code, 0);
  for (const char* piece :
       {"Read 600 training and 100 test images of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 in ", "Dense(64 -> 256)",
        "epoch 1/4  loss", "true \\ predicted", "precision   recall       F1    samples", "macro mean"})
    EXPECT_NE(result.output.find(piece), std::string::npos) << piece << "\n" << result.output;
  EXPECT_TRUE(std::regex_search(result.output, std::regex("\ntest loss [0-9.]+ accuracy (9[0-9]|100)\\.[0-9]+%\n")))
      << result.output;
  const ProgramResult clothes = run("fashion_mnist", data() + "--epochs 1 --shift 1 --label-smoothing 0.1");
  EXPECT_NE(clothes.output.find("images of T-shirt, trouser, "), std::string::npos) << clothes.output;
  EXPECT_EQ(clothes.exit_code, 0);
}

TEST_F(Mnist, ForValidationHoldsOutTrainingImages) {
  const ProgramResult result = run("mnist", data() + "--epochs 1 --validation 0.25");
  EXPECT_NE(result.output.find("Held out 150 of the training images"), std::string::npos) << result.output;
  EXPECT_NE(result.output.find("\nvalidation loss "), std::string::npos) << result.output;
  EXPECT_EQ(result.output.find("test loss"), std::string::npos) << result.output;
}

TEST_F(Mnist, GivesTheSameResultForTheSameSeed) {
  const auto result_of = [&](const std::string& options) {
    const std::string output = run("fashion_mnist", data() + "--epochs 2 --shift 1 " + options).output;
    return output.substr(std::min(output.size(), output.find("\ntest loss")));
  };
  const std::string first = result_of("--seed 5");
  EXPECT_GT(first.size(), 100u);
  EXPECT_EQ(result_of("--seed 5"), first);
  EXPECT_NE(result_of("--seed 6"), first);
}

TEST_F(Mnist, HelpsAndRefusesInOneLine) {
  EXPECT_EQ(run("mnist", "").output,
            "mnist: expected --data DIR, a folder of train-images-idx3-ubyte, train-labels-idx1-ubyte, "
            "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each as it is or with .gz.\n");
  EXPECT_EQ(run("fashion_mnist", "--data /no/such/folder").output,
            "fashion_mnist: datasets::fashion_mnist: expected a folder of IDX files at '/no/such/folder', got: No such "
            "file or directory. On "
            "Debian: apt-get install dataset-fashion-mnist\n");
  for (const char* program : {"mnist", "fashion_mnist"}) {
    const ProgramResult help = run(program, "--help");
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_NE(help.output.find("--model dense is --epochs "), std::string::npos) << help.output;
  }
  fs::remove(folder_ / "t10k-labels-idx1-ubyte");
  for (const std::string& wrong :
       {std::string("--no-such-option"), std::string("--model rnn"), std::string("--epochs 0"),
        std::string("--threads 0"), std::string("--validation 2"), std::string("--shift -1"),
        std::string("--label-smoothing 2"), std::string("--data /etc/hostname"), data()}) {
    const ProgramResult result = run("mnist", wrong);
    EXPECT_EQ(result.exit_code, 1) << wrong << "\n" << result.output;
    EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 1) << wrong << "\n" << result.output;
  }
}

}  // namespace
}  // namespace minnow
