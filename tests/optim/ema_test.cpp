#include <minnow/core/error.hpp>
#include <minnow/optim/ema.hpp>
#include <minnow/optim/sgd.hpp>

#include <tests/support/message.hpp>
#include <tests/support/recorded_gradients.hpp>
#include <tests/support/small_model.hpp>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

/// A layer with two parameters, a buffer and a count, as in BatchNorm.
struct Holder : Layer {
  Parameter weight{Shape{4, 5}}, bias{Shape{4}};
  FixedTensor running_mean{Shape{3}}, count{Shape{}};

  std::string name() const override { return "Holder"; }
  Shape output_shape(const Shape& input) const override { return input; }
  void forward(const Tensor&, Tensor&, Context&) override {}
  void backward(const Tensor&, const Tensor&, const Tensor&, Tensor*, Context&) override {}
  std::vector<NamedTensor> state() override {
    return {{"weight", weight}, {"bias", bias}, {"running_mean", running_mean}, {"num_batches_tracked", count}};
  }
};

TEST(EMA, MatchesPyTorchsAveragedModel) {
  double worst = 0;
  for (const Json& c : read_fixture("optim/averages.json")) {
    SCOPED_TRACE("decay " + c.at("decay").dump() + ", warm_up " + c.at("warm_up").dump());
    Recorded recorded;
    Holder model;
    EMA ema{model, {.decay = c.at("decay"), .warm_up = c.at("warm_up")}};
    for (std::size_t t = 1; t <= 50; ++t) {
      recorded.backward(t);
      const std::size_t from[] = {0, 1, 3};
      for (std::size_t i = 0; i < 3; ++i) *model.state()[i].value = recorded.parameters[from[i]].grad;
      model.count() = static_cast<Real>(t);
      ema.update();
      EXPECT_EQ(ema.averages()[3](), static_cast<Real>(t)) << "a count is copied";
      if (!c.at("after").contains(std::to_string(t))) continue;
      const Json& expected = c.at("after").at(std::to_string(t));
      for (std::size_t i = 0; i < 3; ++i) {
        const double e = error(ema.averages()[i], ema.averages()[i].shape(), fixture_numbers(expected.at(i)));
        EXPECT_LE(e, tolerance) << "step " << t;
        worst = std::max(worst, e);
      }
    }
    EXPECT_EQ(ema.updates(), 50u);
  }
  record_error("averages", worst);
}

std::vector<FixedTensor> values(Sequential& model) {
  std::vector<FixedTensor> result;
  for (const NamedTensor& entry : model.state()) result.push_back(*entry.value);
  return result;
}

struct Trained {
  Sequential model = small_model();
  EMA ema{model, {.decay = 0.5}};
  Tensor x = random({4, 6}, 2), dy = random({4, 3}, 3);
  SGD sgd{model.parameters(), {.learning_rate = 0.125, .momentum = 0.5}};

  void train() {
    model.forward(x);
    model.backward(dy);
    sgd.step();
    ema.update();
  }
};

TEST(EMA, SwapsTheAveragesInForAScope) {
  Trained s;
  for (int t = 0; t < 3; ++t) s.train();
  const auto own = values(s.model), averages = s.ema.averages();
  const Tensor own_prediction = s.model.predict(s.x);
  {
    const auto averaged = s.ema.swap_in();
    EXPECT_EQ(values(s.model), averages);
    EXPECT_EQ(s.ema.averages(), own);
    EXPECT_NE(s.model.predict(s.x), own_prediction);
    EXPECT_EQ(message<Error>([&] { s.ema.update(); }),
              "EMA: expected update while the averages are not swapped in, got it while they are. Destroy the result "
              "of swap_in() "
              "first.");
    EXPECT_THROW(s.ema.copy_to_model(), Error);
    EXPECT_THROW(static_cast<void>(s.ema.swap_in()), Error);
    EXPECT_EQ(values(s.model), averages) << "an error changes nothing";
  }
  EXPECT_EQ(values(s.model), own);
  EXPECT_EQ(s.ema.averages(), averages);
  EXPECT_EQ(s.model.predict(s.x), own_prediction);
}

TEST(EMA, RestoresTheModelIfTheScopeThrows) {
  Trained s;
  s.train();
  s.train();
  const auto own = values(s.model);
  EXPECT_THROW(
      {
        const auto averaged = s.ema.swap_in();
        s.model.predict(zeros({2, 7}));
      },
      ShapeError);
  EXPECT_EQ(values(s.model), own);
}

// Also between backward and step: gradients and momentum stay unchanged.
TEST(EMA, DoesNotChangeTraining) {
  Trained with, without;
  for (int t = 0; t < 5; ++t) {
    for (Trained* s : {&with, &without}) {
      s->model.forward(s->x);
      s->model.backward(s->dy);
      if (s == &with) {
        const auto averaged = s->ema.swap_in();
        s->model.predict(s->x);
      }
      s->sgd.step();
      s->ema.update();
    }
  }
  EXPECT_EQ(values(with.model), values(without.model));
  EXPECT_EQ(with.ema.averages(), without.ema.averages());
}

TEST(EMA, CopiesTheAveragesToTheModel) {
  Trained s;
  for (int t = 0; t < 3; ++t) s.train();
  s.model.forward(s.x);
  s.model.backward(s.dy);
  s.ema.copy_to_model();
  EXPECT_EQ(values(s.model), s.ema.averages());
  for (const NamedTensor& entry : s.model.parameters()) EXPECT_FALSE(entry.parameter->has_gradient());
}

TEST(EMA, DistinguishesItsModelFromACopy) {
  Sequential model = small_model(), copy = model, other = small_model(2);
  const EMA ema{model};
  EXPECT_TRUE(ema.is_of(model));
  EXPECT_FALSE(ema.is_of(copy));
  EXPECT_FALSE(ema.is_of(other));
}

TEST(EMA, RejectsInvalidDecaysAndOtherShapes) {
  Sequential model = small_model();
  EXPECT_EQ(message<ValueError>([&] { EMA ema(model, {.decay = 1.5}); }),
            "EMA: expected decay to be from 0 to 1, got 1.5.");
  EXPECT_THROW(EMA(model, {.decay = -0.5}), ValueError);
  EMA ema{model};
  EXPECT_EQ(message<ShapeError>([&] { *model.state()[1].value = zeros({2}); }),
            "FixedTensor: expected elements of shape (5), got (2). The shape of a parameter or buffer cannot change.");
  EXPECT_THROW(model.state()[1].parameter->value = FixedTensor(Shape{2}), ShapeError);
}

}  // namespace
}  // namespace minnow
