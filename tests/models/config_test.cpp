// Every layer can be made again from its config. Two layers that differ in one option have different configs.

#include <minnow/core/error.hpp>
#include <minnow/layers.hpp>
#include <minnow/models.hpp>

#include <tests/support/all_layers.hpp>
#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>

#include <functional>
#include <set>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using testing::all_layers;
using testing::evaluate_layer;

TEST(Config, EveryLayerCanBeMadeAgain) {
  const LayerTable table = standard_layers();
  std::set<std::string> types;
  for (const auto& [layers, input] : all_layers())
    for (const AnyLayer& layer : layers) {
      const std::optional<LayerConfig> config = layer->config();
      ASSERT_TRUE(config) << layer->name();
      types.insert(config->type);
      const AnyLayer again = table.make(*config);
      EXPECT_EQ(again->config(), config) << to_string(*config);
      EXPECT_EQ(again->name(), layer->name());
      const Layer &made = *again, &original = *layer;
      EXPECT_EQ(typeid(made), typeid(original));
      EXPECT_EQ(architecture_difference(*again, *layer), "");
      for (const NamedTensor& entry : again->parameters())
        EXPECT_EQ(*entry.value, zeros(entry.value->shape())) << to_string(*config) << " " << entry.name;
      const auto to = again->state();
      const auto from = layer->const_state();
      for (std::size_t i = 0; i < to.size(); ++i) *to[i].value = *from[i].value;
      EXPECT_EQ(evaluate_layer(*again, input), evaluate_layer(*layer, input)) << to_string(*config);
    }
  const std::vector<std::string> known = table.types();
  EXPECT_EQ(types, std::set<std::string>(known.begin(), known.end())) << "a case for each type";
}

TEST(Config, LayersThatDifferInOneOptionAreUnequal) {
  std::vector<AnyLayer> all;
  for (const auto& [layers, input] : all_layers()) all.insert(all.end(), layers.begin(), layers.end());
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < all.size(); ++j) {
      EXPECT_EQ(all[i]->config() == all[j]->config(), i == j) << all[i]->name() << ", " << all[j]->name();
      EXPECT_EQ(architecture_difference(*all[i], *all[j]).empty(), i == j) << all[i]->name() << ", " << all[j]->name();
    }
}

TEST(Config, LeavesOutTheInitialisation) {
  Rng rng{1};
  EXPECT_EQ(Dense(3, 2, rng).config(), Dense(3, 2, rng, {.init = Init::xavier}).config());
  EXPECT_EQ(Conv2d(3, 2, 3, rng).config(), Conv2d(3, 2, 3, rng, {.init = Init::pytorch}).config());
  EXPECT_EQ(Dropout(0.5, rng).config(), Dropout(0.5, rng).config());
}

TEST(Config, PrintsAsText) {
  Rng rng{1};
  EXPECT_EQ(to_string(*Conv2d(3, 32, 3, rng, {.padding = 1}).config()),
            "Conv2d(in 3, out 32, kernel [3, 3], stride [1, 1], padding [1, 1], dilation [1, 1], groups 1, bias true)");
  EXPECT_EQ(to_string(*Sequential{GELU(), LeakyReLU(0.1)}.config()),
            "Sequential{GELU(approximate \"none\"), LeakyReLU(negative_slope 0.1)}");
}

/// A layer without a config.
class Twice : public ReLU {
 public:
  std::string name() const override { return "Twice"; }
};

TEST(Config, AUsersLayerNeedsNoConfig) {
  Rng rng{1};
  EXPECT_FALSE(Twice().config()) << "a class derived from ReLU computes something else";
  EXPECT_FALSE((Sequential{Dense(3, 3, rng), Twice()}.config()));
  EXPECT_FALSE(Residual(Twice()).config());
  EXPECT_FALSE((Concat{ReLU(), Twice()}.config()));
  const Sequential a{Dense(3, 3, rng), Twice()}, b{Dense(3, 3, rng), Twice()}, c{Dense(3, 3, rng), ReLU()};
  EXPECT_EQ(architecture_difference(a, b), "");
  EXPECT_NE(architecture_difference(a, c), "");
}

/// y = factor x, with a config.
class Scale : public Layer {
 public:
  explicit Scale(std::size_t features) : factor_(Shape{features}) {}
  explicit Scale(const LayerConfig& config) : Scale(read(config)) {}
  std::string name() const override { return "Scale"; }
  Shape output_shape(const Shape& input) const override { return input; }
  void forward(const Tensor& x, Tensor& y, Context&) override { y = x; }
  void backward(const Tensor&, const Tensor&, const Tensor& dy, Tensor* dx, Context&) override {
    if (dx != nullptr) *dx = dy;
  }
  std::vector<NamedTensor> state() override { return {{"factor", factor_}}; }
  std::optional<LayerConfig> config() const override {
    return layer_config(*this, {"Scale", {{"features", factor_.value.size()}}, {}});
  }

 private:
  static std::size_t read(const LayerConfig& config) {
    ConfigReader reader(config, "Scale");
    const std::size_t features = reader.size("features");
    reader.finish();
    return features;
  }

  Parameter factor_;
};

TEST(Config, AUsersLayerCanBeAddedToTheTable) {
  const Sequential model{Scale(3), Residual(Scale(3))};
  const std::optional<LayerConfig> config = model.config();
  ASSERT_TRUE(config);
  EXPECT_EQ(message<ValueError>([&] { Sequential{*config}; }).substr(0, 52),
            "LayerTable: expected one of the types AvgPool2d, Bat");
  const Sequential again(*config, standard_layers().with<Scale>("Scale"));
  EXPECT_EQ(architecture_difference(model, again), "");
  EXPECT_EQ(again.config(), config);
}

TEST(Config, AConfigThatDoesNotFitIsRefusedInOneLine) {
  const auto refused = [](const LayerConfig& config) {
    return message<ValueError>([&] { standard_layers().make(config); });
  };
  EXPECT_EQ(refused({"Dense", {{"out", 3}}, {}}), "Dense: expected attribute in to be an integer, got none.");
  EXPECT_EQ(refused({"Dense", {{"in", "three"}, {"out", 3}}, {}}),
            "Dense: expected attribute in to be an integer, got \"three\".");
  EXPECT_EQ(refused({"Dense", {{"in", -3}, {"out", 3}}, {}}), "Dense: expected attribute in to be at least 0, got -3.");
  EXPECT_EQ(refused({"Dense", {{"in", 0}, {"out", 3}}, {}}), "Dense(0 -> 3): expected sizes from 1 to 2^31 - 1.");
  EXPECT_EQ(refused({"Dense", {{"in", 3}, {"out", 3}, {"rank", 2}}, {}}), "Dense: expected no attribute rank, got 2.");
  EXPECT_EQ(refused({"ReLU", {}, {{"ReLU", {}, {}}}}), "ReLU: expected no children, got 1.");
  EXPECT_EQ(refused({"Residual", {}, {}}), "Residual: expected 1 or more children, got 0.");
  EXPECT_EQ(refused({"GELU", {{"approximate", "erf"}}, {}}),
            "GELU: expected attribute approximate to be none or tanh, got erf.");
  EXPECT_EQ(refused({"Conv2d", {{"in", 1}, {"out", 1}, {"kernel", {3}}}, {}}),
            "Conv2d: expected attribute kernel to be [height, width], got [3].");
  EXPECT_EQ(refused({"Conv2d", {{"in", 1}, {"out", 1}, {"kernel", {3, 3}}, {"padding", "full"}}, {}}),
            "Conv2d: expected attribute padding to be [height, width] or \"same\", got \"full\".");
  EXPECT_EQ(refused({"BatchNorm2d", {{"channels", 3}, {"eps", -1}}, {}}), "BatchNorm2d(3): expected eps >= 0, got -1.");
  EXPECT_EQ(message<ValueError>([] {
              Dense{LayerConfig{"ReLU", {}, {}}};
            }),
            "Dense: expected a config of type Dense, got ReLU.");
  EXPECT_EQ(refused({"Sequential", {{"depth", 3}}, {}}), "Sequential: expected no attribute depth, got 3.");
}

TEST(Config, RepeatedAttributesAndZeroStridesAreRefused) {
  const auto refused = [](const LayerConfig& config) {
    return message<ValueError>([&] { standard_layers().make(config); });
  };
  EXPECT_EQ(refused({"Dense", {{"in", 3}, {"out", 3}, {"in", 4}}, {}}),
            "Dense: expected attribute in once, got it twice.");
  EXPECT_EQ(refused({"ReLU", {{"a", 1}, {"a", 1}}, {}}), "ReLU: expected attribute a once, got it twice.");
  EXPECT_EQ(refused({"MaxPool2d", {{"kernel", {2, 2}}, {"stride", {0, 0}}}, {}}),
            "MaxPool2d(2, stride 0): expected a stride of 1 to 65536, got 0.");
  const LayerConfig without_stride{"MaxPool2d", {{"kernel", {3, 2}}}, {}};
  EXPECT_EQ(standard_layers().make(without_stride)->name(), "MaxPool2d(3x2)");
  EXPECT_EQ(refused({"AvgPool2d", {{"kernel", {2, 2}}, {"dilation", {2, 2}}}, {}}),
            "AvgPool2d(2, dilation 2): expected a dilation of 1.");
  EXPECT_EQ(refused({"Concat", {}, {}}), "Concat: expected 1 or more children, got 0.");
}

TEST(Config, ContainersAreMadeWithTheStandardLayers) {
  const LayerConfig relu{"ReLU", {}, {}}, concat{"Concat", {}, {relu, relu}}, residual{"Residual", {}, {relu}};
  EXPECT_EQ(Concat(concat)[1].size(), 1u);
  EXPECT_EQ(Concat(concat).config(), standard_layers().make(concat)->config());
  EXPECT_EQ(Residual(residual).config(), standard_layers().make(residual)->config());
}

TEST(Config, AbsurdSizesAreRefusedBeforeMemoryIsAllocated) {
  constexpr std::int64_t huge = std::int64_t{1} << 62, large = std::int64_t{1} << 30;
  const std::vector<LayerConfig> configs{
      {"Dense", {{"in", huge}, {"out", 1}}, {}},
      {"Dense", {{"in", large}, {"out", large}}, {}},
      {"Embedding", {{"num_embeddings", huge}, {"dim", 1}}, {}},
      {"Embedding", {{"num_embeddings", 4}, {"dim", huge}}, {}},
      {"Conv2d", {{"in", huge}, {"out", huge}, {"kernel", {1, 1}}, {"groups", huge}}, {}},
      {"Conv2d", {{"in", large}, {"out", large}, {"kernel", {3, 3}}}, {}},
      {"Conv2d", {{"in", 1}, {"out", 1}, {"kernel", {huge, huge}}}, {}},
      {"MaxPool2d", {{"kernel", {huge, huge}}}, {}},
      {"BatchNorm1d", {{"channels", huge}}, {}},
      {"LayerNorm", {{"normalized_shape", {huge, huge}}}, {}},
      {"LayerNorm", {{"normalized_shape", {huge}}}, {}},
      {"Reshape", {{"shape", {huge, huge}}}, {}}};
  for (const LayerConfig& config : configs) {
    const std::string error = message<Error>([&] { standard_layers().make(config); });
    EXPECT_NE(error.find(": expected "), std::string::npos) << to_string(config) << ": " << error;
  }
}

TEST(Config, DeeplyNestedChildrenAreMadeOrRefused) {
  const auto nested = [](std::size_t levels) {
    LayerConfig config{"ReLU", {}, {}};
    for (std::size_t i = 0; i < levels; ++i) {
      std::vector<LayerConfig> children;
      children.push_back(std::move(config));
      config = LayerConfig{i % 2 == 0 ? "Sequential" : "Residual", {}, std::move(children)};
    }
    return config;
  };
  const LayerConfig deep = nested(256);
  EXPECT_EQ(standard_layers().make(deep)->config(), deep);
  EXPECT_EQ(message<ValueError>([&] { standard_layers().make(nested(3000)); }),
            "LayerTable: expected children nested at most 256 deep in Residual, got more.");
}

TEST(Config, AssignmentComparesOptionsThatNamesLeaveOut) {
  Rng rng{1};
  Sequential model{Dense(3, 4, rng), BatchNorm1d(4)}, best{Dense(3, 4, rng), BatchNorm1d(4, {.eps = 1e-3})};
  EXPECT_EQ(model[1].name(), best[1].name());
  const auto claim = std::make_shared<char>();
  model.parameters()[0].parameter->set_optimizer(claim);
  EXPECT_EQ(
      message<Error>([&] { model = best; }),
      "Sequential: expected a model of the same architecture, since an optimizer was built on this model, got "
      "1.layer = BatchNorm1d(channels 4, eps 1e-05, momentum 0.1, affine true, track_running_stats true) and "
      "1.layer = BatchNorm1d(channels 4, eps 0.001, momentum 0.1, affine true, track_running_stats true). Build a "
      "new optimizer on a new model.");
}

}  // namespace
}  // namespace minnow
