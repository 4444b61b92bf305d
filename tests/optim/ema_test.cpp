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

/// Numbers to average: two parameters, a buffer and a count, as BatchNorm has them.
struct Holder : Layer {
  Parameter weight{Shape{4, 5}}, bias{Shape{4}};
  Tensor running_mean = zeros({3}), count = zeros({});

  std::string name() const override { return "Holder"; }
  Shape output_shape(const Shape& input) const override { return input; }
  void forward(const Tensor&, Tensor&, Context&) override {}
  void backward(const Tensor&, const Tensor&, const Tensor&, Tensor*, Context&) override {}
  std::vector<NamedTensor> state() override {
    return {{"weight", weight}, {"bias", bias}, {"running_mean", running_mean}, {"num_batches_tracked", count}};
  }
};

TEST(EMA, IsPyTorchsAveragedModel) {
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
      EXPECT_EQ(ema.averages()[3](), static_cast<Real>(t)) << "a count is no average";
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

std::vector<Tensor> numbers(Sequential& model) {
  std::vector<Tensor> result;
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

TEST(EMA, ReplacesTheNumbersForAScope) {
  Trained s;
  for (int t = 0; t < 3; ++t) s.train();
  const auto own = numbers(s.model), averages = s.ema.averages();
  const Tensor own_answer = s.model.predict(s.x);
  {
    const auto averaged = s.ema.swap_in();
    EXPECT_EQ(numbers(s.model), averages);
    EXPECT_EQ(s.ema.averages(), own);
    EXPECT_NE(s.model.predict(s.x), own_answer);
    EXPECT_EQ(
        message<Error>([&] { s.ema.update(); }),
        "EMA: expected update when the model has its own numbers, got it between swap_in and the end of its scope.");
    EXPECT_THROW(s.ema.copy_to_model(), Error);
    EXPECT_THROW(static_cast<void>(s.ema.swap_in()), Error);
    EXPECT_EQ(numbers(s.model), averages) << "refusing changes nothing";
  }
  EXPECT_EQ(numbers(s.model), own);
  EXPECT_EQ(s.ema.averages(), averages);
  EXPECT_EQ(s.model.predict(s.x), own_answer);
}

TEST(EMA, GoesBackWhenSomethingThrows) {
  Trained s;
  s.train();
  s.train();
  const auto own = numbers(s.model);
  EXPECT_THROW(
      {
        const auto averaged = s.ema.swap_in();
        s.model.predict(zeros({2, 7}));
      },
      ShapeError);
  EXPECT_EQ(numbers(s.model), own);
}

// Between a backward and its step, too: gradients and momentum are as they were.
TEST(EMA, LeavesTrainingAsItWas) {
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
  EXPECT_EQ(numbers(with.model), numbers(without.model));
  EXPECT_EQ(with.ema.averages(), without.ema.averages());
}

TEST(EMA, CopiesToTheModelForGood) {
  Trained s;
  for (int t = 0; t < 3; ++t) s.train();
  s.model.forward(s.x);
  s.model.backward(s.dy);
  s.ema.copy_to_model();
  EXPECT_EQ(numbers(s.model), s.ema.averages());
  for (const NamedTensor& entry : s.model.parameters()) EXPECT_FALSE(entry.parameter->has_gradient());
}

TEST(EMA, RefusesWhatItCannotAverage) {
  Sequential model = small_model();
  EXPECT_EQ(message<ValueError>([&] { EMA ema(model, {.decay = 1.5}); }),
            "EMA: expected decay to be from 0 to 1, got 1.5.");
  EXPECT_THROW(EMA(model, {.decay = -0.5}), ValueError);
  EMA ema{model};
  *model.state()[1].value = zeros({2});
  EXPECT_EQ(message<ShapeError>([&] { ema.update(); }), "EMA: expected 0.bias to keep its shape (5), got (2).");
  EXPECT_THROW(static_cast<void>(ema.swap_in()), ShapeError);
}

}  // namespace
}  // namespace minnow
