#include <minnow/core/check_gradients.hpp>
#include <minnow/core/error.hpp>
#include <minnow/layers/activation/leaky_relu.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/regularization/dropout.hpp>
#include <minnow/models/sequential.hpp>

#include <tests/support/instruction_sets.hpp>
#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/threads_for_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using minnow::testing::ThreadsForTest;

Tensor ones(const Shape& shape) {
  Tensor tensor = zeros(shape);
  tensor.fill(1);
  return tensor;
}

Tensor forward(Dropout& layer, const Tensor& x, Mode mode = Mode::train) {
  Context context(mode);
  Tensor y = zeros(x.shape());
  layer.forward(x, y, context);
  return y;
}

Dropout dropout(double p, std::uint64_t seed = 1) {
  Rng rng{seed};
  return Dropout(p, rng);
}

/// Philox4x32-10 as defined by its authors.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> c, std::uint32_t k0, std::uint32_t k1) {
  for (int round = 0; round < 10; ++round, k0 += 0x9E3779B9, k1 += 0xBB67AE85) {
    const std::uint64_t p0 = c[0] * std::uint64_t{0xD2511F53}, p1 = c[2] * std::uint64_t{0xCD9E8D57};
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1, static_cast<std::uint32_t>(p0)};
  }
  return c;
}

TEST(Dropout, DrawsItsMaskByPhiloxOnEveryInstructionSet) {
  constexpr std::size_t n = 5 * 256 + 131;
  Rng rng{7};
  Rng own = Rng{7}.split();
  const std::uint64_t key = own.bits();
  std::vector<bool> stays(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto block = static_cast<std::uint32_t>(i / 256 * 64 + i % 64);
    const auto words = philox({block, 0, 0, 0}, static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32));
    stays[i] = words[i % 256 / 64] < 0.7 * 0x1p32;
  }
  const Dropout layer(0.3, rng);
  minnow::testing::on_each_instruction_set([&](const std::string& name) {
    Dropout copy = layer;
    const Tensor y = forward(copy, ones({1, n}));
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < n; ++i) wrong += y(0, i) != (stays[i] ? Real(1 / (1 - 0.3)) : Real{0});
    EXPECT_EQ(wrong, 0u) << name;
  });
}

TEST(Dropout, DropsAShareOfPAndKeepsTheMean) {
  constexpr std::size_t n = 1000000;
  for (const double p : {0.01, 0.2, 0.5, 0.9}) {
    Dropout layer = dropout(p);
    const Tensor y = forward(layer, ones({n}));
    std::size_t dropped = 0;
    for (const Real v : y.storage()) {
      dropped += v == 0;
      ASSERT_TRUE(v == 0 || v == static_cast<Real>(1 / (1 - p)));
    }
    const double share = static_cast<double>(dropped) / n;
    EXPECT_NEAR(share, p, 5 * std::sqrt(p * (1 - p) / n)) << p;
  }
}

TEST(Dropout, AdjacentElementsAndPassesAreIndependent) {
  constexpr std::size_t n = 1 << 18;
  Dropout layer = dropout(0.5);
  const Tensor first = forward(layer, ones({n})), second = forward(layer, ones({n}));
  const auto together = [&](const Tensor& a, const Tensor& b, std::size_t lag) {
    std::size_t both = 0;
    for (std::size_t i = 0; i + lag < n; ++i) both += a(i) != 0 && b(i + lag) != 0;
    return static_cast<double>(both) / static_cast<double>(n - lag);
  };
  const double sigma = std::sqrt(0.25 * 0.75 / n);
  EXPECT_NEAR(together(first, second, 0), 0.25, 5 * sigma);
  for (const std::size_t lag : {1u, 2u, 4u, 8u, 16u, 63u, 64u, 128u, 256u, 4096u})
    EXPECT_NEAR(together(first, first, lag), 0.25, 5 * sigma) << lag;
}

TEST(Dropout, IsTheIdentityInEvalModeAndDrawsNothing) {
  Dropout layer = dropout(0.5), undisturbed = dropout(0.5);
  const Tensor x = random({5, 300}, 2), dy = random({5, 300}, 3);
  Context context(Mode::eval);
  Tensor y = zeros(x.shape()), dx = zeros(x.shape());
  layer.forward(x, y, context);
  layer.backward(x, y, dy, &dx, context);
  EXPECT_EQ(y, x);
  EXPECT_EQ(dx, dy);
  EXPECT_EQ(forward(layer, x), forward(undisturbed, x));
}

TEST(Dropout, AcceptsRatesOfZeroAndOne) {
  const Tensor x = random({3, 400}, 2);
  Dropout none = dropout(0), all = dropout(1);
  EXPECT_EQ(forward(none, x), x);
  EXPECT_EQ(forward(all, x), zeros(x.shape()));
  EXPECT_EQ(forward(none, zeros({0, 3})).shape(), (Shape{0, 3}));
}

TEST(Dropout, PropagatesNaN) {
  Tensor x = ones({2, 300});
  x.fill(std::numeric_limits<Real>::quiet_NaN());
  Dropout layer = dropout(0.5);
  const Tensor y = forward(layer, x);
  EXPECT_EQ(std::count_if(y.storage().begin(), y.storage().end(), [](Real v) { return std::isnan(v); }), 600);
}

TEST(Dropout, GivesTheSameBitsForAnyNumberOfThreads) {
  const Tensor x = random({700, 301}, 1);
  Tensor y[2];
  for (const int threads : {1, 3}) {
    ThreadsForTest held(threads);
    Dropout layer = dropout(0.2);
    y[threads / 2] = forward(layer, x);
  }
  EXPECT_EQ(y[0], y[1]);
}

TEST(Dropout, RefusesARateOutOfRange) {
  EXPECT_EQ(message<ValueError>([] { dropout(-0.1); }), "Dropout(-0.1): expected a rate from 0 to 1.");
  EXPECT_EQ(message<ValueError>([] { dropout(1.5); }), "Dropout(1.5): expected a rate from 0 to 1.");
  EXPECT_THROW(dropout(std::nan("")), ValueError);
}

/// Draws the same mask in each pass, as finite differences require.
class HeldDropout : public Layer {
 public:
  explicit HeldDropout(double p) : start_(dropout(p)) {}
  std::string name() const override { return "HeldDropout"; }
  Shape output_shape(const Shape& input) const override { return input; }
  MemoryUse memory_use() const override { return start_.memory_use(); }
  void forward(const Tensor& x, Tensor& y, Context& context) override { Dropout(start_).forward(x, y, context); }
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override {
    start_.backward(x, y, dy, dx, context);
  }

 private:
  Dropout start_;
};

TEST(Dropout, GradientsMatchFiniteDifferences) {
  for (const double p : {0.0, 0.3, 0.9})
    for (const Mode mode : {Mode::train, Mode::eval}) {
      HeldDropout layer(p);
      const GradientReport report = check_gradients(layer, {3, 101}, {.mode = mode});
      EXPECT_TRUE(report) << report.failure;
    }
}

// Reading the stored outputs of a pass changes neither the pass nor the stream.
TEST(Dropout, ReadingTheOutputsDoesNotChangeTheStream) {
  Rng rng{3};
  Sequential model{Dense(6, 50, rng), Dropout(0.5, rng), Tanh(), Dense(50, 2, rng)};
  Sequential undisturbed = model;
  const Tensor x = random({8, 6}, 1), dy = random({8, 2}, 2);
  model.forward(x);
  undisturbed.forward(x);
  const std::vector<StepOutput> outputs = model.step_outputs();
  Context context;
  Tensor before = zeros({8, 50});
  model[0].forward(x, before, context);
  const auto dropped =
      std::find_if(outputs.begin(), outputs.end(), [](const StepOutput& step) { return step.last >= 2; });
  ASSERT_NE(dropped, outputs.end());
  std::size_t zero = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const Real value = dropped->output->data()[i];
    const Real kept = dropped->last == 3 ? std::tanh(2 * before.data()[i]) : 2 * before.data()[i];
    zero += value == 0;
    EXPECT_TRUE(value == 0 || std::abs(value - kept) < 1e-6) << value << " " << kept;
  }
  EXPECT_TRUE(zero > 0 && zero < before.size());

  model.backward(dy);
  undisturbed.backward(dy);
  for (std::size_t p = 0; p < model.parameters().size(); ++p)
    EXPECT_EQ(model.parameters()[p].parameter->grad, undisturbed.parameters()[p].parameter->grad);
  EXPECT_EQ(model.forward(x), undisturbed.forward(x));  // the stream has not moved
}

TEST(Dropout, ACopyOfAModelDrawsTheSameMasks) {
  Rng rng{3};
  Sequential model{Dropout(0.5, rng), Dense(6, 3, rng)};
  Sequential copy = model;
  const Tensor x = random({8, 6}, 1);
  EXPECT_EQ(model.forward(x), copy.forward(x));
  EXPECT_EQ(model.forward(x), copy.forward(x));
  EXPECT_EQ(model.predict(x), copy.predict(x));
}

}  // namespace
}  // namespace minnow
