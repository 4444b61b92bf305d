#include <minnow/core/error.hpp>
#include <minnow/io.hpp>
#include <minnow/layers.hpp>
#include <minnow/models.hpp>

#include <tests/support/message.hpp>

#include <cmath>

#include <gtest/gtest.h>

namespace minnow {
namespace {

TEST(Architecture, IsThatOfTheModel) {
  Rng rng{1};
  const Sequential model{Flatten(), Dense(12, 8, rng),          BatchNorm1d(8),
                         ReLU(),    Residual(Dense(8, 8, rng)), Dropout(0.5, rng)};
  const std::string json = architecture_json(model);
  Sequential made = model_from_json(json, rng);
  EXPECT_EQ(architecture_difference(made, model), "");
  EXPECT_EQ(architecture_json(made), json);
  const Sequential alone = model_from_json(R"({"type":"Dense","attributes":{"in":3,"out":2}})", rng);
  EXPECT_EQ(alone.size(), 1u);
}

TEST(Architecture, WeightsAreThoseOfInitHe) {
  Rng rng{1};
  const Sequential model{Conv2d(4, 64, 5, rng), BatchNorm2d(64), Flatten(), Dense(64, 200, rng)};
  Sequential made = model_from_json(architecture_json(model), rng);
  for (const NamedTensor& entry : made.state()) {
    double sum = 0, squares = 0;
    for (const Real value : entry.value->values()) {
      sum += static_cast<double>(value);
      squares += static_cast<double>(value) * static_cast<double>(value);
    }
    const auto n = static_cast<double>(entry.value->size());
    if (entry.value->dimension() > 1) {
      const double fan_in = n / static_cast<double>(entry.value->shape()[0]);
      EXPECT_NEAR(sum / n, 0, 4 * std::sqrt(2 / fan_in / n)) << entry.name;
      EXPECT_NEAR(squares / n * fan_in / 2, 1, 4 * std::sqrt(2 / n)) << entry.name;
    } else {
      const bool is_one = entry.name == "1.weight" || entry.name == "1.running_var";
      EXPECT_EQ(sum, is_one ? n : 0) << entry.name;
    }
  }
  Rng one{5}, same{5}, other{6};
  const auto first = [&](Rng& stream) {
    return model_from_json(architecture_json(model), stream).state()[0].value->values()[0];
  };
  EXPECT_EQ(first(one), first(same));
  EXPECT_NE(first(same), first(other));
}

TEST(Architecture, StreamsAreSeeded) {
  Rng rng{1};
  const std::string json = R"({"type":"Sequential","children":[{"type":"Dropout","attributes":{"p":0.5}},
                               {"type":"Dropout","attributes":{"p":0.5}}]})";
  Sequential a = model_from_json(json, rng), b = model_from_json(json, rng);
  const Tensor x = zeros({1, 64}) + Real(1);
  const Tensor y = a.forward(x);
  EXPECT_NE(y, b.forward(x));
  std::size_t kept = 0;
  for (const Real value : y) kept += value != 0;
  EXPECT_GT(kept, 4u) << "two equal masks would keep half of the elements";
  EXPECT_LT(kept, 28u);
}

TEST(Architecture, RefusesOtherTexts) {
  Rng rng{1};
  EXPECT_EQ(message<ValueError>([&] { model_from_json("hello", rng); }),
            "expected the config of a layer, got invalid JSON.");
  EXPECT_NE(message<ValueError>([&] { model_from_json(R"({"type":"Dance"})", rng); }).find("Dance"), std::string::npos);
}

}  // namespace
}  // namespace minnow
