#include <minnow/minnow.hpp>
#include <minnow/onnx.hpp>

#include <tests/support/all_layers.hpp>
#include <tests/support/message.hpp>
#include <tests/support/temporary_folder.hpp>
#include <tests/support/user_layers.hpp>

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

namespace minnow {
namespace {

using testing::TemporaryFolder;

/// Exports to a temporary file and reads it. tests/interoperability compares the values of the graph.
class ExportOnnx : public ::testing::Test {
 protected:
  onnx::ModelProto exported(const Layer& model, const ModelInfo& info = {}, const OnnxOptions& options = {}) {
    export_onnx(model, path_, info, options);
    onnx::ModelProto proto;
    EXPECT_TRUE(proto.ParseFromString(bytes()));
    return proto;
  }
  std::string bytes() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "model.onnx";
};

std::string ops(const onnx::ModelProto& model) {
  std::string text;
  for (const onnx::NodeProto& node : model.graph().node()) text += (text.empty() ? "" : " ") + node.op_type();
  return text;
}

std::vector<float> constant(const onnx::ModelProto& model, const std::string& name) {
  for (const onnx::TensorProto& tensor : model.graph().initializer())
    if (tensor.name() == name) {
      std::vector<float> values(tensor.raw_data().size() / sizeof(float));
      std::memcpy(values.data(), tensor.raw_data().data(), tensor.raw_data().size());
      return values;
    }
  ADD_FAILURE() << "no constant " << name;
  return {};
}

std::map<std::string, std::string> metadata(const onnx::ModelProto& model) {
  std::map<std::string, std::string> result;
  for (const auto& entry : model.metadata_props()) result[entry.key()] = entry.value();
  return result;
}

std::string shape_text(const onnx::ValueInfoProto& value) {
  std::string text;
  for (const auto& dim : value.type().tensor_type().shape().dim())
    text += dim.has_dim_param() ? dim.dim_param() : " " + std::to_string(dim.dim_value());
  return value.name() + ": " + text;
}

std::vector<float> rounded(const FixedTensor& tensor) { return {tensor.begin(), tensor.end()}; }

Sequential small_net() {
  Rng rng{1};
  Sequential model{Conv2d(2, 3, 3, rng, {.padding = 1}),
                   BatchNorm2d(3, {.eps = 1e-3}),
                   ReLU(),
                   Dropout(0.5, rng),
                   Flatten(),
                   Dense(48, 2, rng)};
  for (const NamedTensor& entry : model.state())
    for (Real& value : entry.value->values()) value = static_cast<Real>(rng.uniform(0.5, 2));
  return model;
}

TEST_F(ExportOnnx, WritesTheGraphWithTheNamesOfPyTorch) {
  const Sequential model = small_net();
  const onnx::ModelProto proto = exported(model, {.input_shape = {2, 4, 4}});
  EXPECT_EQ(proto.ir_version(), 8);
  ASSERT_EQ(proto.opset_import_size(), 1);
  EXPECT_EQ(proto.opset_import(0).version(), 17);
  EXPECT_EQ(proto.producer_name(), "minnow");
  EXPECT_EQ(proto.producer_version(), version());
  EXPECT_EQ(ops(proto), "Conv BatchNormalization Relu Flatten Gemm");
  EXPECT_EQ(shape_text(proto.graph().input(0)), "input: N 2 4 4");
  EXPECT_EQ(shape_text(proto.graph().output(0)), "output: N 2");
  for (const NamedConstTensor& entry : model.state())
    if (entry.name != "1.num_batches_tracked") {
      EXPECT_EQ(constant(proto, entry.name), rounded(*entry.value)) << entry.name;
    }
  EXPECT_EQ(metadata(proto), (std::map<std::string, std::string>{{"minnow.input_shape", "[2,4,4]"}}));
}

TEST_F(ExportOnnx, WritesTheSameBytesEachTime) {
  exported(small_net(), {.input_shape = {2, 4, 4}, .metadata = {{"a", "1"}, {"b", "2"}}});
  const std::string first = bytes();
  exported(small_net(), {.input_shape = {2, 4, 4}, .metadata = {{"a", "1"}, {"b", "2"}}});
  EXPECT_EQ(bytes(), first);
}

TEST_F(ExportOnnx, FoldsNorms) {
  const Sequential model = small_net();
  const onnx::ModelProto proto = exported(model, {.input_shape = {2, 4, 4}}, {.fold_norms = true});
  EXPECT_EQ(ops(proto), "Conv Relu Flatten Gemm");
  const std::vector<NamedConstTensor> conv = model[0].const_state(), norm = model[1].const_state();
  const std::vector<float> weight = constant(proto, "0.weight"), bias = constant(proto, "0.bias");
  for (std::size_t c = 0; c < 3; ++c) {
    const auto value = [&](std::size_t entry) { return static_cast<double>(norm[entry].value->values()[c]); };
    const double scale = value(0) / std::sqrt(value(3) + 1e-3);
    EXPECT_FLOAT_EQ(bias[c], static_cast<float>((conv[1].value->values()[c] - value(2)) * scale + value(1)));
    for (std::size_t i = 18 * c; i < 18 * (c + 1); ++i)
      EXPECT_FLOAT_EQ(weight[i], static_cast<float>(conv[0].value->values()[i] * scale));
  }
}

TEST_F(ExportOnnx, FoldsOnlyRunningStatisticsOfTheSameChannels) {
  Rng rng{1};
  const OnnxOptions fold{.fold_norms = true};
  EXPECT_EQ(ops(exported(Sequential{Sequential{Dense(4, 3, rng, {.bias = false})}, Dropout(0.5, rng), BatchNorm1d(3)},
                         {}, fold)),
            "Gemm BatchNormalization");
  EXPECT_EQ(ops(exported(Sequential{Sequential{Dense(4, 3, rng, {.bias = false})}, BatchNorm1d(3)}, {}, fold)), "Gemm");
  EXPECT_EQ(ops(exported(Sequential{Dense(4, 3, rng), BatchNorm1d(5)}, {.input_shape = {5, 4}}, fold)),
            "Transpose MatMul Add BatchNormalization");
  const std::string statistics =
      ops(exported(Sequential{Dense(4, 3, rng), BatchNorm1d(3, {.track_running_stats = false})}, {}, fold));
  EXPECT_NE(statistics.find("Gemm ReduceMean Sub"), std::string::npos) << statistics;
}

TEST_F(ExportOnnx, WritesTheInfo) {
  ModelInfo info{.input_shape = {2, 4, 4}, .class_names = {"dog", "cat"}, .metadata = {{"size", "4"}}};
  info.normalization.emplace(std::vector<double>{0.5, 0.25}, std::vector<double>{2, 4});
  const std::map<std::string, std::string> plain = metadata(exported(small_net(), info));
  EXPECT_EQ(plain.at("minnow.class_names"), R"(["dog","cat"])");
  EXPECT_EQ(plain.at("minnow.normalization"), R"({"deviation":[2.0,4.0],"mean":[0.5,0.25]})");
  EXPECT_EQ(plain.at("size"), "4");

  const onnx::ModelProto normalised = exported(small_net(), info, {.normalize = true});
  EXPECT_EQ(ops(normalised), "Sub Div Conv BatchNormalization Relu Flatten Gemm");
  EXPECT_EQ(constant(normalised, "normalization.mean"), (std::vector<float>{0.5, 0.25}));
  EXPECT_EQ(constant(normalised, "normalization.deviation"), (std::vector<float>{2, 4}));
  EXPECT_FALSE(metadata(normalised).contains("minnow.normalization"));
}

TEST_F(ExportOnnx, KnowsTheInputOfADense) {
  Rng rng{1};
  EXPECT_EQ(shape_text(exported(Residual(Sequential{Dense(4, 4, rng)})).graph().input(0)), "input: N 4");
  EXPECT_EQ(message<ValueError>([&] {
              exported(Sequential{Flatten(), Dense(4, 4, rng)});
            }),
            "export_onnx: expected the shape of one sample, got none. Set .input_shape = {3, 32, 32}.");
  EXPECT_EQ(message<ShapeError>([&] { exported(Sequential{Dense(4, 4, rng)}, {.input_shape = {5}}); }),
            "layer 0, Dense(4 -> 4): expected input (N, ..., 4), got (1, 5).");
}

TEST_F(ExportOnnx, AModelThatDoesNothing) {
  EXPECT_EQ(ops(exported(Sequential(), {.input_shape = {3}})), "Identity");
  Rng rng{1};
  EXPECT_EQ(ops(exported(Dropout(0.5, rng), {.input_shape = {3}})), "Identity");
  EXPECT_EQ(ops(exported(Residual(Sequential()), {.input_shape = {3}})), "Add");
}

/// A new layer in the table needs a function and a case in all_layers(), which tests/interoperability compares.
TEST_F(ExportOnnx, WritesEveryLayer) {
  std::set<std::string> types;
  for (const testing::LayerCases& cases : testing::all_layers())
    for (const AnyLayer& layer : cases.layers) {
      types.insert(layer->config()->type);
      const onnx::ModelProto proto =
          exported(*layer, {.input_shape = Shape(cases.input.begin() + 1, cases.input.end())}, {.fold_norms = true});
      EXPECT_GE(proto.graph().node_size(), 1) << layer->name();
    }
  const std::vector<std::string> all = standard_layers().types();
  EXPECT_EQ(types, std::set<std::string>(all.begin(), all.end()));
}

TEST_F(ExportOnnx, NamesALayerOfYourOwn) {
  const std::string expected =
      "export_onnx: expected layers of Minnow, got Twice, which has no ONNX form. Replace it, or export the layers "
      "around it.";
  EXPECT_EQ(message<ValueError>([&] { exported(testing::Twice(), {.input_shape = {3}}); }), expected);
  EXPECT_EQ(message<ValueError>([&] {
              exported(Sequential{ReLU(), Residual(Sequential{Tanh(), testing::Twice()})}, {.input_shape = {3}});
            }),
            expected);
  // A class derived from a layer computes something else.
  EXPECT_THROW(exported(testing::Clipped(), {.input_shape = {3}}), ValueError);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(ExportOnnx, RefusesWeightsThatAreNotFiniteAndTextThatIsNotUtf8) {
  Rng rng{1};
  Sequential model{Dense(3, 2, rng)};
  EXPECT_EQ(message<ValueError>([&] {
              exported(model, {.metadata = {{"a", "\xff"}}});
            }),
            "export_onnx: expected metadata in UTF-8, got other bytes of a.");
  model.state()[1].value->data()[0] = std::numeric_limits<Real>::quiet_NaN();
  EXPECT_EQ(message<ValueError>([&] { exported(model, {}); }),
            "export_onnx: expected finite weights, got NaN or infinity in 0.bias.");
}

TEST_F(ExportOnnx, RefusesBadOptionsAndKeepsTheFile) {
  exported(small_net(), {.input_shape = {2, 4, 4}});
  const std::string before = bytes();
  ModelInfo info{.input_shape = {2, 4, 4}};
  EXPECT_EQ(message<ValueError>([&] { exported(small_net(), info, {.normalize = true}); }),
            "export_onnx: expected a normalization for the option normalize, got none. Set .normalization.");
  info.normalization.emplace(std::vector<double>{0.5}, std::vector<double>{2});
  EXPECT_EQ(message<ShapeError>([&] { exported(small_net(), info, {.normalize = true}); }),
            "export_onnx: expected a normalization of 2 channels, got 1.");
  info.metadata["minnow.size"] = "4";
  EXPECT_EQ(
      message<ValueError>([&] { exported(small_net(), info); }),
      "export_onnx: expected metadata keys other than format and those that begin with minnow., got minnow.size.");
  EXPECT_EQ(bytes(), before);
  EXPECT_EQ(message<DataError>([&] { export_onnx(ReLU(), "/no/folder/model.onnx", {.input_shape = {3}}); }),
            "/no/folder/model.onnx: cannot be written (No such file or directory).");
}

}  // namespace
}  // namespace minnow
