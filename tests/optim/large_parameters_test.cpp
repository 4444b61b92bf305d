// A large parameter gets the values of its parts, which the fixtures compare with PyTorch. The sizes exceed the grain
// size of parallel_for (2^15 elements) and, for the norm, 64 grains.

#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/optim.hpp>

#include <tests/support/compare.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/threads_for_test.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

constexpr std::size_t size = 3 * light_grain + 1001, part = 1000;

/// Elements as parameters of at most `part` elements.
struct Parameters {
  std::vector<Parameter> parameters;
  std::vector<NamedTensor> entries;

  explicit Parameters(std::size_t largest) {
    const Tensor start = random({size}, 1);
    for (std::size_t i = 0; i < size; i += largest) {
      const std::size_t n = std::min(largest, size - i);
      parameters.emplace_back(Shape{n});
      std::copy_n(start.data() + i, n, parameters.back().value.data());
    }
    for (Parameter& p : parameters) entries.emplace_back("p" + std::to_string(entries.size()), p);
  }
  void set_gradients(std::uint64_t step) {
    const Tensor gradient = random({size}, 10 + step);
    const Real* from = gradient.data();
    for (Parameter& p : parameters) {
      FixedTensor& grad = p.grad_target().grad;
      std::copy_n(from, grad.size(), grad.data());
      from += grad.size();
    }
  }
  std::vector<double> elements(FixedTensor Parameter::*which) const {
    std::vector<double> all;
    for (const Parameter& p : parameters) all.insert(all.end(), (p.*which).begin(), (p.*which).end());
    return all;
  }
};

/// Runs `steps(parameters)` on one large parameter with several threads, and on its parts with one.
template <class Steps>
void expect_same_as_parts(const Steps& steps, FixedTensor Parameter::*which = &Parameter::value) {
  Parameters parts(part);
  {
    const ThreadsForTest scope(1);
    steps(parts);
  }
  for (const int threads : {1, 3}) {
    const ThreadsForTest scope(threads);
    Parameters whole(size);
    steps(whole);
    EXPECT_LE(error(whole.parameters[0].*which, {size}, parts.elements(which)), tolerance) << threads;
  }
}

template <class Optimizer, class Options>
void expect_same_steps(const Options& options) {
  expect_same_as_parts([&](Parameters& p) {
    Optimizer optimizer(p.entries, options);
    for (std::uint64_t step = 0; step < 3; ++step) {
      p.set_gradients(step);
      optimizer.step();
    }
  });
}

TEST(LargeParameters, Optimizers) {
  expect_same_steps<SGD>(SGDOptions{.learning_rate = 0.1, .weight_decay = 0.01});
  expect_same_steps<SGD>(SGDOptions{.learning_rate = 0.1, .momentum = 0.9, .nesterov = true});
  expect_same_steps<Adam>(AdamOptions{.learning_rate = 0.1, .weight_decay = 0.01});
  expect_same_steps<Adam>(AdamOptions{.learning_rate = 0.1, .amsgrad = true});
  expect_same_steps<AdamW>(AdamWOptions{.learning_rate = 0.1});
  expect_same_steps<RMSprop>(RMSpropOptions{.learning_rate = 0.1});
  expect_same_steps<RMSprop>(RMSpropOptions{.learning_rate = 0.1, .momentum = 0.9, .centered = true});
}

TEST(LargeParameters, Clipping) {
  const auto by_norm = [](Parameters& p) { p.set_gradients(1), clip_grad_norm(p.entries, 2); };
  const auto by_value = [](Parameters& p) { p.set_gradients(1), clip_grad_value(p.entries, 0.5); };
  expect_same_as_parts(by_norm, &Parameter::grad);
  expect_same_as_parts(by_value, &Parameter::grad);
}

TEST(LargeParameters, TheNormSumsEveryElementOnce) {
  for (const std::size_t n :
       {light_grain - 1, light_grain + 1, 64 * light_grain, 64 * light_grain + 1, 70 * light_grain + 3})
    for (const int threads : {1, 3}) {
      const ThreadsForTest scope(threads);
      Parameter p({n});
      double squares = 0;
      FixedTensor& grad = p.grad_target().grad;
      for (std::size_t i = 0; i < n; ++i) {
        grad.data()[i] = static_cast<Real>(i % 1021) / 8;
        squares += static_cast<double>(grad.data()[i]) * static_cast<double>(grad.data()[i]);
      }
      const double norm = clip_grad_norm({{"p", p}}, 1e30);
      EXPECT_NEAR(norm / std::sqrt(squares), 1, 1e-13) << n << ", " << threads;
    }
}

struct Holder : Layer {
  std::vector<NamedTensor> entries;

  explicit Holder(Parameters& p) : entries(p.entries) {}
  std::string name() const override { return "Holder"; }
  Shape output_shape(const Shape& input) const override { return input; }
  void forward(const Tensor&, Tensor&, Context&) override {}
  void backward(const Tensor&, const Tensor&, const Tensor&, Tensor*, Context&) override {}
  std::vector<NamedTensor> state() override { return entries; }
};

TEST(LargeParameters, Averages) {
  expect_same_as_parts([](Parameters& p) {
    Holder model(p);
    EMA ema(model, {.decay = 0.75});
    for (std::uint64_t step = 0; step < 3; ++step) {
      p.set_gradients(step);
      for (Parameter& q : p.parameters) q.value = q.grad;
      ema.update();
    }
    ema.copy_to_model();
  });
}

}  // namespace
}  // namespace minnow
