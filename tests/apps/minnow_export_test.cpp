#include <minnow/minnow.hpp>

#include <tests/support/run_program.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/temporary_folder.hpp>

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace minnow {
namespace {

ProgramResult run_export(const std::string& arguments) {
  return run_program(std::string(MINNOW_APPS_DIR) + "/minnow export " + arguments + " 2>&1");
}

TEST(MinnowExport, WritesOnnx) {
  const testing::TemporaryFolder folder;
  const std::string model = (folder / "model.safetensors").string(), onnx = (folder / "model.onnx").string();
  ModelInfo info{.input_shape = {6}, .class_names = {"dog", "cat", "horse"}};
  info.normalization.emplace(std::vector<double>(6, 0.5), std::vector<double>(6, 2.0));
  save_model(small_model(), model, info);
  const ProgramResult result = run_export(model + " --onnx " + onnx + " --fold-norms --normalize");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(result.output, "Wrote " + onnx + " (812 bytes)\n");
  std::ifstream in(onnx, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  for (const char* part : {"Gemm", "Tanh", "Div", "0.weight", "2.bias", "horse"})
    EXPECT_NE(bytes.find(part), std::string::npos) << part;
}

TEST(MinnowExport, WritesCpp) {
  const testing::TemporaryFolder folder;
  const std::string model = (folder / "model.safetensors").string(), header = (folder / "pets.hpp").string();
  ModelInfo info{.input_shape = {6}, .class_names = {"dog", "cat", "horse"}};
  info.normalization.emplace(std::vector<double>(6, 0.5), std::vector<double>(6, 2.0));
  save_model(small_model(), model, info);
  const auto exported = [&](const std::string& options) {
    const ProgramResult result = run_export(model + " --cpp " + header + options);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    std::ifstream in(header, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(in), {}};
  };
  const std::string plain = exported(""), other = exported(" --name animals --int8 --normalize");
  for (const char* part : {"namespace pets {", "\"horse\"", "static const float layer_0_weight["})
    EXPECT_NE(plain.find(part), std::string::npos) << part;
  EXPECT_EQ(plain.find("normalization"), std::string::npos);
  for (const char* part : {"namespace animals {", "std::int8_t layer_0_weight[", "normalization_scale"})
    EXPECT_NE(other.find(part), std::string::npos) << part;
  save_model(small_model(), model);
  EXPECT_EQ(run_export(model + " --cpp " + header).output,
            "minnow export: expected the shape of a sample in " + model + ", got none. Add --input SHAPE.\n");
  EXPECT_EQ(run_export(model + " --input 6 --cpp " + (folder / "two words.hpp").string()).exit_code, 1);
}

TEST(MinnowExport, RefusesInOneLine) {
  const testing::TemporaryFolder folder;
  const std::string model = (folder / "model.safetensors").string(), onnx = (folder / "model.onnx").string();
  save_model(small_model(), model);
  EXPECT_EQ(run_export("--help").exit_code, 0);
  EXPECT_EQ(run_export(model + " --onnx " + onnx + " --normalize").output,
            "minnow export: expected a normalization in " + model + " for --normalize, got none.\n");
  EXPECT_EQ(run_export(model + " --onnx " + onnx + " --input 5").output,
            "minnow export: layer 0, Dense(6 -> 5): expected input (N, ..., 6), got (1, 5).\n");
  EXPECT_EQ(run_export(model + " --onnx " + onnx + " --input=2x3").exit_code, 1);
  EXPECT_EQ(
      run_export(model).output,
      "minnow export: expected a file to write, got none. Add --onnx FILE, --cpp FILE, --npz FILE, --weights FILE or "
      "--architecture FILE.\n");
  EXPECT_EQ(run_export("nothing.safetensors --onnx " + onnx).output,
            "minnow export: nothing.safetensors: cannot be opened (No such file or directory).\n");
  EXPECT_EQ(run_export(model + " --onnx " + model).output,
            "minnow export: expected different files to read and to write.\n");
  EXPECT_EQ(run_export(model + " --onnx " + onnx + " --int8").output,
            "minnow export: --int8, --name: expected --cpp FILE with it.\n");
  EXPECT_EQ(load_model(model).size(), small_model().size()) << "the model file is unchanged";
  EXPECT_EQ(run_export("").exit_code, 1);
  EXPECT_FALSE(std::filesystem::exists(onnx));
}

}  // namespace
}  // namespace minnow
