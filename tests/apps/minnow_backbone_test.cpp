// minnow train --backbone, with random weights under the names of the pretrained ones.

#include <minnow/datasets/animals/draw_animal.hpp>
#include <minnow/datasets/images/image.hpp>
#include <minnow/io.hpp>

#include <apps/minnow/efficientnet_lite0.hpp>
#include <tests/support/run_program.hpp>
#include <tests/support/temporary_folder.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

namespace fs = std::filesystem;
using minnow::testing::TemporaryFolder;

ProgramResult minnow_program(const std::string& options) {
  return run_program(std::string(MINNOW_APPS_DIR) + "/minnow " + options + " 2>&1");
}

/// The names in the file of PyPI's package, in the order of model.state().
std::vector<std::string> pretrained_names() {
  std::vector<std::string> names;
  const auto convolution = [&](const std::string& conv, const std::string& norm) {
    names.push_back(conv + ".weight");
    for (const char* entry : {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"})
      names.push_back(norm + "." + entry);
  };
  convolution("_conv_stem", "_bn0");
  for (int i = 0; i < 16; ++i) {
    const std::string block = "_blocks." + std::to_string(i) + ".";
    if (i > 0) convolution(block + "_expand_conv", block + "_bn0");
    convolution(block + "_depthwise_conv", block + "_bn1");
    convolution(block + "_project_conv", block + "_bn2");
  }
  convolution("_conv_head", "_bn1");
  names.insert(names.end(), {"_fc.weight", "_fc.bias"});
  return names;
}

void save_backbone(const fs::path& path) {
  Rng rng{1};
  const Sequential model = efficientnet_lite0(rng);
  std::vector<NamedConstTensor> tensors = model.const_state();
  const std::vector<std::string> names = pretrained_names();
  ASSERT_EQ(tensors.size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) tensors[i].name = names[i];
  write_safetensors(path, tensors);
}

void write_photographs(const fs::path& folder) {
  constexpr std::size_t size = 40;
  std::uint64_t seed = 0;
  for (const char* part : {"train", "test"})
    for (const std::size_t label : {0u, 3u}) {
      const fs::path place = folder / part / datasets::animal_names()[label];
      fs::create_directories(place);
      for (int i = 0; i < 6; ++i) {
        std::vector<Real> planes(3 * size * size);
        datasets::draw_animal(static_cast<datasets::Animal>(label), size, Rng{++seed}, planes);
        datasets::Image image{size, size, std::vector<std::uint8_t>(planes.size())};
        for (std::size_t p = 0; p < planes.size(); ++p)
          image.rgb[p % (size * size) * 3 + p / (size * size)] = static_cast<std::uint8_t>(planes[p] * 255);
        datasets::write_png(place / (std::to_string(i) + ".png"), image);
      }
    }
}

std::string content(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(MinnowBackbone, TrainsAHeadAndSavesTheWholeModel) {
  const TemporaryFolder folder;
  save_backbone(folder / "backbone.safetensors");
  write_photographs(folder / "data");
  const std::string data = "--data " + (folder / "data").string();
  const std::string model = (folder / "pets.safetensors").string();
  for (const char* finetune : {"", " --finetune"}) {
    const ProgramResult trained =
        minnow_program("train --backbone " + (folder / "backbone.safetensors").string() + " " + data +
                       " --size 32 --epochs 2 --save " + model + " --predictions " + (folder / "trained.csv").string() +
                       " --checkpoint " + (folder / (*finetune == '\0' ? "head" : "blocks")).string() + finetune);
    EXPECT_EQ(trained.exit_code, 0) << trained.output;
    for (const char* piece :
         {"Photographs of cheetah and dog, 32 x 32 pixels\n11 to train on, 1 for validation, 12 to test",
          "features of 11 images in ", "\ntrained in ", "\ntest loss ", "Saved the model as "})
      EXPECT_NE(trained.output.find(piece), std::string::npos) << piece << "\n" << trained.output;
    EXPECT_EQ(trained.output.find("Fine-tuning the upper blocks: 5 epochs") != std::string::npos, *finetune != '\0');
    const ProgramResult loaded =
        minnow_program("eval " + model + " " + data + " --predictions " + (folder / "loaded.csv").string());
    EXPECT_EQ(loaded.exit_code, 0) << loaded.output;
    EXPECT_EQ(content(folder / "loaded.csv"), content(folder / "trained.csv"));
  }
  for (const char* run : {"head", "blocks"}) {
    EXPECT_TRUE(fs::exists(folder / run / "model.safetensors"));
    EXPECT_FALSE(fs::exists(folder / run / "best.safetensors")) << "only a part of the model is trained";
  }
  const ProgramResult result = minnow_program("predict " + model + " " + (folder / "data/test/dog/0.png").string());
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 1) << result.output;
}

TEST(MinnowBackbone, RefusesWrongFilesAndOptionsInOneLine) {
  const TemporaryFolder folder;
  std::ofstream(folder / "text") << "no weights at all, but more than eight bytes";
  write_photographs(folder / "data");
  const std::string text = (folder / "text").string(), data = " --data " + (folder / "data").string();
  for (const std::string& options : std::vector<std::string>{
           "--backbone " + text, "--backbone " + text + " --data /no/such/folder", "--finetune" + data,
           "--backbone /no/such/file --data /no/such/folder", "--backbone " + text + " --model cnn" + data}) {
    const ProgramResult result = minnow_program("train " + options);
    EXPECT_EQ(result.exit_code, 1) << options;
    EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 1) << options << "\n" << result.output;
    EXPECT_EQ(result.output.rfind("minnow train: ", 0), 0u) << options << "\n" << result.output;
  }
  const ProgramResult result = minnow_program("train --quiet --backbone " + text + data);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 1) << result.output;
  EXPECT_NE(result.output.find(text), std::string::npos) << result.output;
}

}  // namespace
}  // namespace minnow
