// A model that is saved and loaded computes the same bits.

#include <minnow/minnow.hpp>

#include <tests/support/all_layers.hpp>
#include <tests/support/compare.hpp>
#include <tests/support/message.hpp>
#include <tests/support/temporary_folder.hpp>

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using testing::all_layers;
using testing::evaluate_layer;
using testing::TemporaryFolder;

TEST(SaveModel, SavesEveryLayerWithEveryOption) {
  const TemporaryFolder folder;
  for (const auto& [layers, input] : all_layers())
    for (const AnyLayer& layer : layers) {
      save_model(*layer, folder / "model.safetensors");
      Sequential loaded = load_model(folder / "model.safetensors");
      const bool nested = dynamic_cast<const Sequential*>(layer.get()) == nullptr;
      Layer& saved = nested ? loaded[0] : loaded;
      EXPECT_EQ(saved.config(), layer->config());
      EXPECT_EQ(architecture_difference(saved, *layer), "");
      EXPECT_EQ(first_difference(Snapshot(saved), Snapshot(*layer)), "") << layer->name();
      EXPECT_EQ(evaluate_layer(saved, input), evaluate_layer(*layer, input)) << layer->name();
    }
}

AnyLayer random_layer(Rng& rng, std::size_t depth);

Sequential random_chain(Rng& rng, std::size_t depth) {
  Sequential chain;
  for (std::size_t i = 0, n = 1 + rng.below(3); i < n; ++i) chain.add(random_layer(rng, depth));
  return chain;
}

/// Returns a layer that maps (N, 4, 6, 6) to the same shape, with options drawn at random.
AnyLayer random_layer(Rng& rng, std::size_t depth) {
  const bool option = rng.chance(0.5);
  switch (rng.below(depth > 0 ? 20 : 16)) {
    case 0:
      return ReLU();
    case 1:
      return LeakyReLU(rng.uniform(-0.5, 0.5));
    case 2:
      return GELU({.approximate = option ? Approximate::tanh : Approximate::none});
    case 3:
      return SiLU();
    case 4:
      return Tanh();
    case 5:
      return Softmax();
    case 6:
      return Conv2d(4, 4, 3, rng, {.padding = 1, .groups = option ? 2u : 1u, .bias = rng.chance(0.5)});
    case 7:
      return BatchNorm2d(4, {.eps = rng.uniform(1e-6, 1e-3), .affine = option});
    case 8:
      return LayerNorm({4, 6, 6}, {.bias = option});
    case 9:
      return Dropout(rng.uniform(0, 0.9), rng);
    case 10:
      return MaxPool2d(3, {.stride = 1, .padding = 1});
    case 11:
      return AvgPool2d(3, {.stride = 1, .padding = 1, .count_include_pad = option});
    case 12:
      return Sequential{Flatten(), Dense(144, 144, rng, {.bias = option}), Reshape({4, 6, 6})};
    case 13:
      return option ? AnyLayer(ReLU6()) : Hardsigmoid();
    case 14:
      return Hardswish();
    case 15:
      return Sequential{ZeroPad2d({.left = 5, .bottom = 6}),
                        Conv2d(4, 4, 3, rng, {.stride = 2, .padding = Padding2d::same()})};
    case 16:
      return random_chain(rng, depth - 1);
    case 17:
      return Multiply(option ? Sequential{GlobalAvgPool2d(), Dense(4, 4, rng), Sigmoid()}
                             : random_chain(rng, depth - 1));
    case 18:
      return option ? Residual(random_chain(rng, depth - 1))
                    : Residual(random_chain(rng, depth - 1), Conv2d(4, 4, 1, rng));
    default:
      return Sequential{Concat{random_chain(rng, depth - 1), ReLU()}, Conv2d(8, 4, 1, rng)};
  }
}

TEST(SaveModel, SavesRandomNets) {
  const TemporaryFolder folder;
  Rng rng{7};
  const Tensor x = random({2, 4, 6, 6}, 3);
  for (int i = 0; i < 200; ++i) {
    Sequential model = random_chain(rng, 4);
    model.forward(x);  // moves running statistics and random streams
    save_model(model, folder / "model.safetensors");
    Sequential loaded = load_model(folder / "model.safetensors");
    ASSERT_EQ(loaded.config(), model.config());
    ASSERT_EQ(first_difference(Snapshot(loaded), Snapshot(model)), "") << to_string(*model.config());
    ASSERT_EQ(loaded.predict(x), model.predict(x)) << to_string(*model.config());
    ASSERT_EQ(loaded.forward(x), model.forward(x)) << "random streams: " << to_string(*model.config());
  }
}

TEST(SaveModel, KeepsTheInformationBesideTheModel) {
  const TemporaryFolder folder;
  Rng rng{1};
  const Sequential model{Flatten(), Dense(12, 2, rng)};
  const ModelInfo info{{3, 2, 2}, {"dog", "猎豹"}, Normalization({0.1, 0.2, 0.3}, {1, 2, 1.0 / 3}), {{"size", "64"}}};
  save_model(model, folder / "model.safetensors", info);
  const ModelFile file = load_model_file(folder / "model.safetensors");
  EXPECT_EQ(file.info.input_shape, (Shape{3, 2, 2}));
  EXPECT_EQ(file.info.class_names, info.class_names);
  ASSERT_TRUE(file.info.normalization);
  EXPECT_EQ(file.info.normalization->mean(), info.normalization->mean());
  EXPECT_EQ(file.info.normalization->deviation(), info.normalization->deviation());
  EXPECT_EQ(file.info.metadata, info.metadata);
}

/// A loaded model predicts raw rows.
TEST(SaveModel, KeepsTheEncoderOfATable) {
  const TemporaryFolder folder;
  const auto path = folder / "model.safetensors";
  Rng rng{1};
  const auto table = datasets::Table::from_text("age,city,answer\n20,Rome,yes\n30,Oslo,no\n50,Rome,yes\n");
  const datasets::TableEncoder encoder(table);
  Sequential model{Dense(encoder.num_features(), 2, rng)};
  save_model(model, path, {.table = encoder});
  ModelFile file = load_model_file(path);
  ASSERT_TRUE(file.info.table);
  EXPECT_EQ(file.info.table->to_json(), encoder.to_json());
  EXPECT_EQ(file.info.input_shape, Shape{3});
  EXPECT_EQ(file.info.class_names, (std::vector<std::string>{"no", "yes"}));
  EXPECT_EQ(file.model.predict(file.info.table->encode_rows({{"35", "Rome"}})),
            model.predict(encoder.encode_rows({{"35", "Rome"}})));
  save_model(file.model, path, file.info);
  EXPECT_EQ(load_model_file(path).info.table->to_json(), encoder.to_json());
  save_model(Sequential{Dense(3, 1, rng)}, path, {.table = encoder});  // one logit for two classes
  const ModelInfo binary = load_model_file(path).info;
  EXPECT_TRUE(binary.class_names.empty());
  save_model(Sequential{Dense(3, 1, rng)}, path, binary);
  const auto error_of = [&](const Sequential& other, const ModelInfo& info) {
    return message<Error>([&] { save_model(other, path, info); });
  };
  EXPECT_EQ(error_of(Sequential{Dense(4, 2, rng)}, {.table = encoder}),
            "save_model: layer 0, Dense(4 -> 2): expected input (N, ..., 4), got (1, 3).");
  EXPECT_EQ(error_of(Sequential{Dense(3, 4, rng)}, {.table = encoder}),
            "save_model: expected 2 outputs of the model for the target of the table, got 4.");
  EXPECT_EQ(error_of(model, {.input_shape = {1, 3}, .table = encoder}),
            "save_model: expected the input shape (3), the features of the table, got (1, 3).");
  EXPECT_EQ(error_of(model, {.class_names = {"a", "b"}, .table = encoder}),
            "save_model: expected the class names of the table, got others. Leave out the class names.");
}

TEST(SaveModel, LoadsFromBytesInMemory) {
  const TemporaryFolder folder;
  Rng rng{1};
  Sequential model{Dense(3, 2, rng), Tanh()};
  save_model(model, folder / "model.safetensors");
  std::ifstream stream(folder / "model.safetensors", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  Sequential loaded = load_model(std::as_bytes(std::span(bytes)));
  const Tensor x = random({2, 3}, 4);
  EXPECT_EQ(loaded.predict(x), model.predict(x));
}

// The file of a double build is F64, that of a float build F32.
TEST(SaveModel, IsLoadedInTheOtherPrecisionToRounding) {
  const TemporaryFolder folder;
  for (const auto& [layers, input] : all_layers())
    for (const AnyLayer& layer : layers) {
      const auto load_as = [&, &shape = input](ElementType type) {
        save_model(*layer, folder / "model.safetensors", {}, type);
        Sequential loaded = load_model(folder / "model.safetensors");
        const bool nested = dynamic_cast<const Sequential*>(layer.get()) == nullptr;
        return evaluate_layer(nested ? loaded[0] : loaded, shape);
      };
      const Tensor y = evaluate_layer(*layer, input);
      EXPECT_EQ(load_as(ElementType::f64), y) << layer->name();
      const std::vector<double> reference(y.data(), y.data() + y.size());
      EXPECT_LE(testing::error(load_as(ElementType::f32), y.shape(), reference), 1e-6) << layer->name();
    }
}

TEST(SaveModel, HalvesTheFileInHalfPrecision) {
  const TemporaryFolder folder;
  Rng rng{1};
  const Sequential model{Dense(40, 30, rng)};
  save_model(model, folder / "full.safetensors", {}, ElementType::f32);
  const auto elements = [&](const char* name) {
    std::size_t bytes = 0;
    const SafetensorsReader reader(folder / name);
    for (const TensorEntry& tensor : reader.tensors()) bytes += num_elements(tensor.shape) * element_size(tensor.type);
    return bytes;
  };
  EXPECT_EQ(elements("full.safetensors"), 4 * 1230u);
  for (const auto& [type, precision] : {std::pair{ElementType::f16, 0x1p-11}, {ElementType::bf16, 0x1p-8}}) {
    save_model(model, folder / "half.safetensors", {}, type);
    EXPECT_EQ(elements("half.safetensors"), 2 * 1230u);
    const Sequential loaded = load_model(folder / "half.safetensors");
    const FixedTensor& weight = *model.const_state()[0].value;
    const FixedTensor& half = *loaded.const_state()[0].value;
    for (std::size_t i = 0; i < weight.size(); ++i)
      EXPECT_NEAR(half.data()[i], weight.data()[i], precision * std::max(std::abs(weight.data()[i]), Real{0x1p-14f}));
  }
}

/// y = scale x, a layer of a program.
class Scale : public Layer {
 public:
  explicit Scale(double scale) : scale_(scale) {}
  explicit Scale(const LayerConfig& config) {
    ConfigReader read(config, "Scale");
    scale_ = read.real("scale");
    read.finish();
  }
  std::string name() const override { return "Scale"; }
  Shape output_shape(const Shape& input) const override { return input; }
  void forward(const Tensor& x, Tensor& y, Context&) override { multiply(x, y); }
  void backward(const Tensor&, const Tensor&, const Tensor& dy, Tensor* dx, Context&) override {
    if (dx != nullptr) multiply(dy, *dx);
  }
  std::optional<LayerConfig> config() const override {
    return layer_config(*this, LayerConfig{"Scale", {{"scale", scale_}}, {}});
  }

 private:
  void multiply(const Tensor& from, Tensor& to) const {
    for (std::size_t i = 0; i < from.size(); ++i) to.data()[i] = static_cast<Real>(scale_) * from.data()[i];
  }
  double scale_ = 1;
};

TEST(SaveModel, LoadsALayerOfTheProgram) {
  const TemporaryFolder folder;
  Rng rng{1};
  Sequential model{Dense(3, 2, rng), Residual(Scale(0.3))};
  save_model(model, folder / "model.safetensors");
  Sequential loaded = load_model(folder / "model.safetensors", standard_layers().with<Scale>("Scale"));
  const Tensor x = random({2, 3}, 4);
  EXPECT_EQ(loaded.predict(x), model.predict(x));
  const std::string text = message<DataError>([&] { load_model(folder / "model.safetensors"); });
  EXPECT_NE(text.find("model.safetensors: LayerTable: expected one of the types"), std::string::npos) << text;
}

/// A layer without a config().
class Plain : public ReLU {};

TEST(SaveModel, RejectsWhatItCannotSave) {
  const TemporaryFolder folder;
  const auto path = folder / "model.safetensors";
  Rng rng{1};
  EXPECT_EQ(message<ValueError>([&] { save_model(Sequential{Plain()}, path); }),
            "save_model: expected layers with a config(), got Sequential(1 layer) whose layer 0, ReLU, has none. "
            "save_weights saves its weights.");
  const Sequential model{Dense(3, 2, rng)};
  EXPECT_EQ(message<ValueError>([&] {
              save_model(model, path, {.metadata = {{"minnow.x", ""}}});
            }),
            "save_model: expected metadata keys other than format and those that begin with minnow., got minnow.x.");
  EXPECT_EQ(message<ShapeError>([&] { save_model(model, path, {.input_shape = {4}}); }),
            "save_model: layer 0, Dense(3 -> 2): expected input (N, ..., 3), got (1, 4).");
  EXPECT_EQ(message<ValueError>([&] {
              save_model(Sequential{ReLU(), Residual(Sequential{Tanh(), Plain()})}, path);
            }),
            "save_model: expected layers with a config(), got Sequential(2 layers) whose layer 1.0.1, ReLU, has none. "
            "save_weights saves its weights.");
  EXPECT_EQ(message<ValueError>([&] { save_model(model, path, {.input_shape = {3}, .class_names = {"a"}}); }),
            "save_model: expected 2 class names, one per output, got 1.");
  EXPECT_EQ(message<ValueError>(
                [&] { save_model(model, path, {.input_shape = {3}, .normalization = Normalization({1}, {1})}); }),
            "save_model: expected a normalization of the channels of the input (3), got one of 1 channels.");
  EXPECT_EQ(message<ValueError>([&] {
              save_model(model, path, {.input_shape = {0, 3}});
            }),
            "save_model: expected a shape without 0 of one sample, got (0, 3).");
  EXPECT_EQ(message<ValueError>([&] { save_model(model, path, {.class_names = {std::string(2'000'000, 'x')}}); }),
            "save_model: expected at most 2000000 bytes of minnow.class_names, got 2000004.");
  EXPECT_EQ(message<ValueError>([&] { save_model(model, path, {.class_names = {"\xff"}}); }),
            "save_model: expected class names in UTF-8, got other bytes.");
  EXPECT_TRUE(is_empty(folder.path()));
}

}  // namespace
}  // namespace minnow
