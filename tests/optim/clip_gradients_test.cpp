#include <minnow/core/error.hpp>
#include <minnow/optim/clip_gradients.hpp>
#include <minnow/optim/sgd.hpp>

#include <tests/support/fixture.hpp>
#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/threads_for_test.hpp>

#include <limits>
#include <numeric>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();
constexpr Real infinity = std::numeric_limits<Real>::infinity();

struct Gradients {
  std::vector<Parameter> parameters;
  std::vector<NamedTensor> entries;

  explicit Gradients(const Json& numbers) {
    for (const Json& g : numbers) {
      const auto values = fixture_numbers(g);
      parameters.emplace_back(Shape{values.size()});
      FixedTensor& grad = parameters.back().grad_target().grad;
      for (std::size_t i = 0; i < values.size(); ++i) grad(i) = static_cast<Real>(values[i]);
    }
    for (Parameter& p : parameters) entries.emplace_back(std::to_string(entries.size()), p);
  }

  void expect_near(const Json& expected) const {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const auto numbers = fixture_numbers(expected.at(i));
      EXPECT_LE(error(parameters[i].grad, {numbers.size()}, numbers), tolerance);
    }
  }
};

TEST(ClipGradients, MatchesPyTorch) {
  for (const Json& c : read_fixture("optim/clipping.json")) {
    SCOPED_TRACE(c.dump());
    const double limit = c.at("limit"), norm = fixture_number(c.at("norm"));
    Gradients by_norm(c.at("gradients")), by_value(c.at("gradients"));
    const double got = clip_grad_norm(by_norm.entries, limit);
    if (std::isfinite(norm))
      EXPECT_LE(std::abs(got - norm), 1e-14 * norm);
    else
      EXPECT_TRUE(std::isnan(norm) ? std::isnan(got) : got == norm) << got;
    by_norm.expect_near(c.at("by_norm"));
    clip_grad_value(by_value.entries, limit);
    by_value.expect_near(c.at("by_value"));
  }
}

TEST(ClipGradients, UsesFreshGradientsOfTrainableParameters) {
  std::vector<Parameter> p(4, Parameter({2}));
  SGD sgd{{{"a", p[0]}, {"frozen", p[1]}, {"stale", p[2]}, {"none", p[3]}}};
  for (const std::size_t i : {0u, 1u, 2u}) p[i].grad_to_add() = Tensor{6, 8};
  p[1].trainable = false;
  p[2].clear_gradient();
  EXPECT_EQ(clip_grad_norm(sgd, 5), 10);
  EXPECT_NEAR(p[0].grad(0), 3, 1e-6);
  clip_grad_value(sgd, 2);
  EXPECT_EQ(p[0].grad, (Tensor{2, 2}));
  for (const std::size_t i : {1u, 2u}) EXPECT_EQ(p[i].grad, (Tensor{6, 8})) << i;
  sgd.step();
  EXPECT_EQ(clip_grad_norm(sgd, 5), 0) << "no gradient is fresh";
}

TEST(ClipGradients, LeavesGradientsWithinTheLimitUnchanged) {
  Parameter p({2});
  p.grad_to_add() = Tensor{0.25, -0.125};
  const FixedTensor before = p.grad;
  const std::vector<NamedTensor> entries{{"w", p}};
  const double norm = clip_grad_norm(entries, 1);
  EXPECT_NEAR(norm, std::sqrt(0.078125), 1e-12);
  EXPECT_EQ(clip_grad_norm(entries, infinity), norm);
  clip_grad_value(entries, infinity);
  EXPECT_EQ(p.grad, before);
}

TEST(ClipGradients, ReportsANonFiniteNorm) {
  Parameter p({2});
  const std::vector<NamedTensor> entries{{"w", p}};
  p.grad_to_add() = Tensor{infinity, 1};
  EXPECT_EQ(message<NonFiniteError>([&] { clip_grad_norm(entries, 1, true); }),
            "clip_grad_norm: expected a finite gradient norm, got inf. Lower the learning rate or check the data.");
  EXPECT_EQ(p.grad, (Tensor{infinity, 1}));
  EXPECT_EQ(clip_grad_norm(entries, infinity), infinity);
  EXPECT_EQ(p.grad, (Tensor{infinity, 1})) << "only the norm is computed";
  p.grad(1) = nan;
  EXPECT_THROW(clip_grad_norm(entries, 1, true), NonFiniteError);
  clip_grad_value(entries, 2);
  EXPECT_EQ(p.grad(0), 2);
  EXPECT_TRUE(std::isnan(p.grad(1)));
}

// In float32 the squares would overflow, or the small ones would be lost.
TEST(ClipGradients, SumsInDouble) {
  constexpr std::size_t n = (1 << 17) + 5;
  Parameter p({n});
  const std::vector<NamedTensor> entries{{"w", p}};
  p.grad_to_add().fill(Real{1e-3F});
  p.grad(n - 1) = Real{1e3F};
  const double expected = std::sqrt(1e3 * 1e3 + (n - 1) * static_cast<double>(1e-3F) * static_cast<double>(1e-3F));
  EXPECT_NEAR(clip_grad_norm(entries, infinity), expected, 1e-12 * expected);
  p.grad.fill(Real{1e30F});
  EXPECT_NEAR(clip_grad_norm(entries, 1) / (static_cast<double>(1e30F) * std::sqrt(n)), 1, 1e-12);
  EXPECT_NEAR(clip_grad_norm(entries, 1), 1, 1e-6);
}

TEST(ClipGradients, GivesTheSameBitsWithAnyNumberOfThreads) {
  for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{100003}, std::size_t{3000017}}) {
    Parameter p({n});
    const std::vector<NamedTensor> entries{{"w", p}};
    p.grad_target().grad = random({n}, 4);
    const long double sum = std::accumulate(p.grad.begin(), p.grad.end(), 0.0L, [](long double s, Real x) {
      return s + static_cast<long double>(x) * static_cast<long double>(x);
    });
    double norms[3];
    for (const int threads : {1, 2}) {
      const ThreadsForTest set(threads);
      norms[threads] = clip_grad_norm(entries, infinity);
    }
    EXPECT_EQ(norms[1], norms[2]);
    EXPECT_NEAR(norms[1], static_cast<double>(std::sqrt(sum)), 1e-12 * norms[1]) << n;
  }
}

TEST(ClipGradients, RejectsNegativeLimits) {
  EXPECT_EQ(message<ValueError>([] { clip_grad_norm({}, -1); }),
            "clip_grad_norm: expected max_norm to be at least 0, got -1.");
  EXPECT_THROW(clip_grad_norm({}, static_cast<double>(nan)), ValueError);
  EXPECT_EQ(message<ValueError>([] { clip_grad_value({}, -2); }),
            "clip_grad_value: expected clip_value to be at least 0, got -2.");
  EXPECT_EQ(clip_grad_norm({}, 1), 0);
}

}  // namespace
}  // namespace minnow
