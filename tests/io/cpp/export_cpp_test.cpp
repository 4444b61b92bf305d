// The text of exported headers. tests/interoperability/cpp_export compiles and runs them.

#include <minnow/minnow.hpp>

#include <tests/support/message.hpp>
#include <tests/support/temporary_folder.hpp>
#include <tests/support/user_layers.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <regex>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using testing::TemporaryFolder;

std::string read(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string exported(const Layer& model, const ExportCppOptions& options) {
  const TemporaryFolder folder;
  export_cpp(model, folder / "net.hpp", options);
  return read(folder / "net.hpp");
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Returns the numbers of a constant array in the header.
std::vector<float> constant(const std::string& text, const std::string& name) {
  const std::size_t begin = text.find('{', text.find(" " + name + "["));
  const std::string list = text.substr(begin + 1, text.find('}', begin) - begin - 1);
  std::vector<float> values;
  for (const char* at = list.c_str(); *at != 0;) {
    char* end = nullptr;
    const float value = std::strtof(at, &end);
    if (end == at) {
      ++at;
    } else {
      values.push_back(value);
      at = end;
    }
  }
  return values;
}

TEST(ExportCpp, WritesOneNamespaceWithItsSizes) {
  Rng rng{1};
  const Sequential model{Flatten(), Dense(12, 5, rng), ReLU(), Dropout(0.5, rng), Dense(5, 2, rng)};
  const std::string text = exported(model, {.name = "pets", .input = {3, 2, 2}, .class_names = {"cat", "dög \"?\""}});
  for (const char* part :
       {"// pets: a neural network as plain C++11", "//   pets::predict(input, output, workspace);",
        "// The input is one sample of 3 x 2 x 2 (channels, rows, columns).",
        "// output  layers\n// 5       1 Dense, 2 ReLU\n// 2       4 Dense\n", "#ifndef MINNOW_PETS_HPP\n",
        "\nnamespace pets {\n", "constexpr std::size_t input_size = 12;", "constexpr std::size_t output_size = 2;",
        "constexpr std::size_t workspace_size = 5;", "{\n  \"cat\", \"d\\303\\266g \\\"\\?\\\"\"};",
        "  dense<1, 12, 5, ReLU>(layer_1_weight, nullptr, layer_1_bias, input, workspace);",
        "  dense<1, 5, 2, Identity>(layer_4_weight, nullptr, layer_4_bias, workspace, output);"})
    EXPECT_TRUE(contains(text, part)) << part << "\nnot in\n" << text;
  for (const char* part : {"new ", "malloc", "std::vector", "throw", "double", "convolution", "softmax", "map<"})
    EXPECT_FALSE(contains(text, part)) << part;
  std::size_t longest = 0;
  for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
    longest = std::max(longest, end - at);
  EXPECT_LE(longest, 125u);
}

TEST(ExportCpp, WritesWeightsExactly) {
  Rng rng{2};
  const Sequential model{Dense(3, 18, rng)};
  const std::string text = exported(model, {.name = "net", .input = {3}});
  const std::vector<float> weight = constant(text, "layer_0_weight"), bias = constant(text, "layer_0_bias");
  const FixedTensor& w = *model.const_state()[0].value;
  ASSERT_EQ(weight.size(), 3 * (16 + 4u));  // a block of 16 outputs, and a block of 2 and two zeros
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t o = 0; o < 16; ++o) EXPECT_EQ(weight[i * 16 + o], static_cast<float>(w(o, i)));
    for (std::size_t o = 0; o < 2; ++o) EXPECT_EQ(weight[3 * 16 + i * 4 + o], static_cast<float>(w(16 + o, i)));
    for (std::size_t o = 2; o < 4; ++o) EXPECT_EQ(weight[3 * 16 + i * 4 + o], 0);
  }
  ASSERT_EQ(bias.size(), 18u);
  for (std::size_t o = 0; o < 18; ++o) EXPECT_EQ(bias[o], static_cast<float>((*model.const_state()[1].value)(o)));
}

TEST(ExportCpp, FoldsNormsIntoTheLayerBeforeThem) {
  Rng rng{3};
  const ExportCppOptions options{.name = "net", .input = {2, 4, 4}};
  Sequential model{Conv2d(2, 4, 1, rng, {.bias = false}), BatchNorm2d(4, {.eps = 0}), ReLU()};
  const std::vector<NamedTensor> state = model.state();
  state[1].value->assign(from({1, 2, 3, 4}));     // weight
  state[2].value->assign(from({5, 6, 7, 8}));     // bias
  state[3].value->assign(from({1, 0, 2, 1}));     // running_mean
  state[4].value->assign(from({4, 1, 0.25, 1}));  // running_var
  const std::string text = exported(model, options);
  EXPECT_FALSE(contains(text, "scale_shift"));
  EXPECT_TRUE(contains(text, "// 4 x 4 x 4  0 Conv2d, 1 BatchNorm2d, 2 ReLU\n"));
  const std::vector<float> weight = constant(text, "layer_0_weight");
  const double factors[] = {0.5, 2, 6, 4};
  for (std::size_t c = 0; c < 2; ++c)
    for (std::size_t o = 0; o < 4; ++o)
      EXPECT_FLOAT_EQ(weight[c * 4 + o], static_cast<float>((*state[0].value)(o, c, 0, 0) * factors[o]));
  EXPECT_EQ(constant(text, "layer_0_bias"), (std::vector<float>{4.5, 6, -5, 4}));

  // A norm is not folded into a convolution whose output another branch reads, or behind its activation.
  const Residual residual(Sequential{BatchNorm2d(4), Conv2d(4, 4, 1, rng)});
  EXPECT_TRUE(
      contains(exported(Sequential{Conv2d(2, 4, 1, rng), residual}, options), "scale_shift<16, 4, 1, Identity>"));
  EXPECT_TRUE(contains(exported(Sequential{Conv2d(2, 4, 1, rng), Tanh(), BatchNorm2d(4)}, options), "scale_shift<"));
  const Residual projection(Conv2d(4, 4, 1, rng), BatchNorm2d(4));
  EXPECT_TRUE(contains(exported(Sequential{Conv2d(2, 4, 1, rng), projection}, options), "scale_shift<"));
}

TEST(ExportCpp, SharesTheMemoryOfTensors) {
  Rng rng{4};
  const auto workspace_size = [](const Layer& model, const Shape& input) {
    const std::string text = exported(model, {.name = "net", .input = input});
    std::smatch size;
    EXPECT_TRUE(std::regex_search(text, size, std::regex("workspace_size = ([^;]*);"))) << text;
    return size[1].str();
  };
  EXPECT_EQ(workspace_size(
                Sequential{Dense(3, 40, rng), ReLU(), Dense(40, 30, rng), Dense(30, 50, rng), Dense(50, 2, rng)}, {3}),
            "80");  // 40 beside 30, then 30 beside 50
  EXPECT_EQ(workspace_size(Sequential{Dense(3, 2, rng)}, {3}), "1");
  EXPECT_EQ(workspace_size(Sequential{Softmax(), LayerNorm(3), Tanh()}, {3}), "1");  // in place, in the output
  EXPECT_EQ(workspace_size(Sequential(), {3}), "1");
  const Sequential body{Dense(20, 7, rng), ReLU(), Dense(7, 20, rng)};
  EXPECT_EQ(workspace_size(Sequential{Dense(3, 20, rng), Residual(body), Dense(20, 2, rng)}, {3}), "47");
  EXPECT_EQ(workspace_size(Conv2d(1, 2, 3, rng), {1, 5, 5}), "18 + 9 * detail::tile_rows");
  EXPECT_EQ(workspace_size(Sequential{Conv2d(1, 2, 3, rng), Flatten(), Dense(18, 1, rng)}, {1, 5, 5}),
            "18 + 9 * detail::tile_rows");
}

TEST(ExportCpp, WritesBytes) {
  Rng rng{5};
  const Sequential model{Dense(100, 32, rng), Embedding(10, 4, rng)};
  const ExportCppOptions options{.name = "net", .input = {100}, .weights = CppWeights::int8};
  const std::string text = exported(model, options);
  EXPECT_TRUE(contains(text, "// Constants: " + std::to_string(3200 + 32 * 4 + 32 * 4 + 40 + 10 * 4) + " bytes."));
  const std::vector<float> bytes = constant(text, "layer_0_weight"), scale = constant(text, "layer_0_weight_scale");
  const FixedTensor& weight = *model.const_state()[0].value;
  for (std::size_t o = 0; o < 32; ++o) {
    float largest = 0;
    for (std::size_t i = 0; i < 100; ++i) {
      const float byte = bytes[(o / 16 * 100 + i) * 16 + o % 16];
      EXPECT_NEAR(byte * scale[o], weight(o, i), 0.5001 * scale[o]);
      largest = std::max(largest, std::abs(byte));
    }
    EXPECT_EQ(largest, 127);
  }
}

TEST(ExportCpp, NormalizesOnRequest) {
  Rng rng{6};
  const Sequential model{Flatten(), Dense(12, 2, rng)};
  const std::string text =
      exported(model, {.name = "net", .input = {3, 2, 2}, .normalization = Normalization({1, 2, 3}, {1, 2, 4})});
  EXPECT_TRUE(contains(text, "scale_shift<1, 3, 4, Identity>(normalization_scale, normalization_shift, input, "));
  EXPECT_EQ(constant(text, "normalization_scale"), (std::vector<float>{1, 0.5, 0.25}));
  EXPECT_EQ(constant(text, "normalization_shift"), (std::vector<float>{-1, -1, -0.75}));
}

/// A layer with a config that no table contains.
class Scale : public testing::Twice {
 public:
  std::optional<LayerConfig> config() const override { return layer_config(*this, {"Scale", {{"by", 2}}, {}}); }
};

TEST(ExportCpp, SaysWhatItCannotExport) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "net.hpp";
  Rng rng{7};
  Sequential model{Dense(3, 2, rng)};
  const auto error = [&](const Layer& layer, const ExportCppOptions& options) {
    return message<ValueError>([&] { export_cpp(layer, path, options); });
  };
  for (const char* name :
       {"", "3d", "two words", "a-b", "a::b", "class", "co_await", "std", "_net", "a__b", "größe", "a;"})
    EXPECT_EQ(error(model, {.name = name, .input = {3}}),
              "export_cpp: expected a name that is a C++ identifier, such as \"animals\", got \"" + std::string(name) +
                  "\".");
  for (const char* name : {"size_t", "int8_t", "printf", "exp", "expf", "expl", "y1", "log", "NAN", "INT8_MAX", "index",
                           "memcpy", "nanf", "HUGE_VALF", "abs"})
    EXPECT_EQ(error(model, {.name = name, .input = {3}}),
              "export_cpp: expected a name that the C library does not have, such as \"animals\", got \"" +
                  std::string(name) + "\".");
  EXPECT_EQ(error(Sequential{Dense(3, 2, rng), Sequential{Scale()}}, {.name = "net", .input = {3}}),
            "export_cpp: expected layers of standard_layers() that plain C++ supports, got 1.0 Scale.");
  EXPECT_EQ(error(testing::Twice(), {.name = "net", .input = {3}}),
            "export_cpp: expected layers with a config(), got Twice without one.");
  EXPECT_EQ(error(Sequential{BatchNorm1d(3, {.track_running_stats = false})}, {.name = "net", .input = {3}}),
            "export_cpp: expected norms with running statistics, got 0 BatchNorm1d without them, whose output depends "
            "on the batch.");
  EXPECT_EQ(error(model, {.name = "net", .input = {3}, .class_names = {"a"}}),
            "export_cpp: expected 2 class names, one per output, got 1.");
  EXPECT_EQ(error(model, {.name = "net", .input = {3}, .normalization = Normalization({1}, {1})}),
            "export_cpp: expected a normalization of the channels of the input (3), got one of 1 channels.");
  EXPECT_EQ(message<ShapeError>([&] { export_cpp(model, path, {.name = "net", .input = {4}}); }),
            "layer 0, Dense(3 -> 2): expected input (N, ..., 3), got (1, 4).");
  model.state()[0].value->data()[1] = std::numeric_limits<Real>::quiet_NaN();
  EXPECT_EQ(error(model, {.name = "net", .input = {3}}),
            "export_cpp: expected weights that are finite in float, got nan in 0.weight.");
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(message<DataError>([&] { export_cpp(ReLU(), folder / "none/net.hpp", {.name = "net", .input = {3}}); }),
            (folder / "none/net.hpp").string() + ": cannot be written (No such file or directory).");
}

}  // namespace
}  // namespace minnow
