#include <minnow/core/math/detail/dense_kernels.hpp>
#include <minnow/core/math/instruction_set.hpp>
#include <minnow/core/math/kernels.hpp>
#include <minnow/core/rng.hpp>

#include <tests/support/compare.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

using Values = std::vector<Real>;

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();
constexpr Real inf = std::numeric_limits<Real>::infinity();
constexpr std::size_t longest = 40;  // two vectors of 16 elements and every tail
constexpr Real canary = 12345;

Values random(std::size_t n, std::uint64_t seed) {
  Rng rng{seed};
  Values values(n);
  for (Real& value : values) value = static_cast<Real>(2 * rng.normal());
  return values;
}

/// Expects equality up to the tolerance times `size`, the largest rounded term. NaN and infinity must match.
void expect_close(Real value, double reference, double size, std::size_t i) {
  if (std::isnan(reference) || std::isinf(reference))
    EXPECT_TRUE(std::isnan(reference) ? std::isnan(value) : static_cast<double>(value) == reference) << i;
  else
    EXPECT_NEAR(static_cast<double>(value), reference, tolerance * size + 1e-30) << i;
}

void expect_close(Real value, double reference, std::size_t i) {
  expect_close(value, reference, std::abs(reference), i);
}

using Unary = std::function<void(const Real* x, Real* y, std::size_t n)>;
using Binary = std::function<void(const Real* y, const Real* dy, Real* dx, std::size_t n)>;

/// Checks each length and three alignments, out of place and in place, with NaN and infinity at each position. The
/// kernel must not write outside of y.
void check_unary(const Unary& kernel, const std::function<double(double)>& reference) {
  for (std::size_t n = 0; n <= longest; ++n)
    for (std::size_t offset = 0; offset < 3; ++offset)
      for (const bool in_place : {false, true}) {
        const Values x = random(n + offset + 1, n);
        Values y(x.size(), canary);
        if (in_place) y = x;
        const Real before = y[offset == 0 ? 0 : offset - 1], after = y.back();
        kernel((in_place ? y : x).data() + offset, y.data() + offset, n);
        for (std::size_t i = 0; i < n; ++i)
          expect_close(y[offset + i], reference(static_cast<double>(x[offset + i])), i);
        if (offset > 0) {
          EXPECT_EQ(y[offset - 1], before);
        }
        EXPECT_EQ(y.back(), after);
      }
  for (std::size_t at = 0; at < longest; ++at)
    for (const Real special : {nan, inf, -inf}) {
      Values x = random(longest, at), y(longest);
      x[at] = special;
      kernel(x.data(), y.data(), longest);
      for (std::size_t i = 0; i < longest; ++i) expect_close(y[i], reference(static_cast<double>(x[i])), i);
    }
}

/// Checks the same for dx = f(y, dy), where dx may be y or dy. `size` is the largest term of the sum in f.
void check_binary(const Binary& kernel, const std::function<double(double, double)>& reference,
                  const std::function<double(double, double)>& size) {
  const auto compare = [&](const Values& dx, const Values& y, const Values& dy, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      const auto a = static_cast<double>(y[i]), b = static_cast<double>(dy[i]);
      expect_close(dx[i], reference(a, b), size(a, b), i);
    }
  };
  for (std::size_t n = 0; n <= longest; ++n)
    for (const int place : {0, 1, 2}) {
      const Values y = random(n + 1, n), dy = random(n + 1, n + 100);
      Values dx = place == 0 ? Values(n + 1, canary) : place == 1 ? y : dy;
      const Real after = dx.back();
      kernel(place == 1 ? dx.data() : y.data(), place == 2 ? dx.data() : dy.data(), dx.data(), n);
      compare(dx, y, dy, n);
      EXPECT_EQ(dx.back(), after);
    }
  for (std::size_t at = 0; at < longest; ++at)
    for (const Real special : {nan, inf}) {
      Values y = random(longest, at), dy = random(longest, at + 100), dx(longest);
      (at % 2 == 0 ? y : dy)[at] = special;
      kernel(y.data(), dy.data(), dx.data(), longest);
      compare(dx, y, dy, longest);
    }
}

double relu(double x) { return x <= 0 ? 0 : x; }
double relu_backward(double y, double dy) { return y <= 0 ? 0 : dy; }
double sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

TEST(Kernels, Relu) {
  check_unary(kernels::relu, relu);
  check_binary(kernels::relu_backward, relu_backward,
               [](double y, double dy) { return std::abs(relu_backward(y, dy)); });
}

TEST(Kernels, Sigmoid) {
  check_unary(kernels::sigmoid, sigmoid);
  check_binary(
      kernels::sigmoid_backward, [](double y, double dy) { return dy * (y * (1 - y)); },
      [](double y, double dy) { return std::abs(dy * y) * (1 + std::abs(y)); });
}

TEST(Kernels, Tanh) {
  check_unary(kernels::tanh, [](double x) { return std::tanh(x); });
  check_binary(
      kernels::tanh_backward, [](double y, double dy) { return dy * (1 - y * y); },
      [](double y, double dy) { return std::abs(dy) * (1 + y * y); });
}

TEST(Kernels, ActivationsAreAccurateEverywhere) {
  Values x;
  for (double magnitude = 1e-37; magnitude < 1e4; magnitude *= 1.3)
    for (const double sign : {1., -1.}) x.push_back(static_cast<Real>(sign * magnitude));
  Values y(x.size());
  const auto relative = [&](const std::function<double(double)>& reference) {
    double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double wanted = reference(static_cast<double>(x[i]));
      if (std::abs(wanted) < static_cast<double>(std::numeric_limits<Real>::min()))
        continue;  // denormals have fewer digits
      worst = std::max(worst, std::abs(static_cast<double>(y[i]) - wanted) / std::abs(wanted));
    }
    return worst;
  };
  kernels::sigmoid(x.data(), y.data(), x.size());
  EXPECT_LE(relative(sigmoid), tolerance);
  kernels::tanh(x.data(), y.data(), x.size());
  EXPECT_LE(relative([](double v) { return std::tanh(v); }), tolerance);
}

TEST(Kernels, ActivationsKeepZeroAndItsSign) {
  const Values x{0, Real{-0.}, std::numeric_limits<Real>::denorm_min()};
  Values y(3);
  kernels::tanh(x.data(), y.data(), 3);
  EXPECT_TRUE(y[0] == 0 && y[1] == 0 && std::signbit(y[1]) && y[2] == x[2]);
  kernels::sigmoid(x.data(), y.data(), 3);
  EXPECT_EQ(y, (Values{0.5, 0.5, 0.5}));
  kernels::relu(x.data(), y.data(), 3);
  EXPECT_TRUE(y[0] == 0 && y[1] == 0 && y[2] == x[2]);
}

TEST(Kernels, Scale) {
  for (const Real factor : {Real{-1.5}, Real{0}, inf})
    check_unary([&](const Real* x, Real* y, std::size_t n) { kernels::scale(x, factor, y, n); },
                [&](double x) { return static_cast<double>(factor) * x; });
}

void sum_rows(const Real* x, Real* sums, std::size_t rows, std::size_t cols, Real beta) {
  kernels::activation_backward(Activation::none, nullptr, x, nullptr, sums, beta, rows, cols, cols);
}

TEST(Kernels, AddsABiasToRowsAndSumsRows) {
  for (std::size_t cols = 0; cols <= longest; ++cols)
    for (const std::size_t rows : {0u, 1u, 2u, 17u}) {
      const Values bias = random(cols, 1), x = random(rows * cols, 2);
      Values y(rows * cols + 1, 0);
      y.back() = canary;
      kernels::bias_activation(Activation::none, bias.data(), y.data(), rows, cols, cols);
      for (std::size_t i = 0; i < rows * cols; ++i) ASSERT_EQ(y[i], bias[i % cols]);
      EXPECT_EQ(y.back(), canary);
      for (const Real beta : {Real{0}, Real{1}, Real{-0.5}}) {
        Values sums(cols + 1, beta == 0 ? nan : Real{3});
        sum_rows(x.data(), sums.data(), rows, cols, beta);
        for (std::size_t j = 0; j < cols; ++j) {
          double sum = beta == 0 ? 0 : 3 * static_cast<double>(beta), size = std::abs(sum);
          for (std::size_t i = 0; i < rows; ++i) {
            sum += static_cast<double>(x[i * cols + j]);
            size += std::abs(static_cast<double>(x[i * cols + j]));
          }
          ASSERT_NEAR(static_cast<double>(sums[j]), sum, tolerance * size);
        }
      }
    }
}

// The gradient of a bias sums over the whole batch (or image): it must stay accurate.
TEST(Kernels, SumRowsStaysAccurateOverManyRows) {
  const std::size_t rows = 10000, cols = 3;
  const Values x(rows * cols, Real(0.1));
  Values sums(cols);
  sum_rows(x.data(), sums.data(), rows, cols, 0);
  const double expected = static_cast<double>(rows) * static_cast<double>(Real(0.1));
  for (const Real sum : sums) EXPECT_NEAR(static_cast<double>(sum) / expected, 1, 10 * tolerance);
}

/// Compares rows of every length with a softmax in double.
template <class T>
void check_softmax(double bound) {
  for (std::size_t cols = 0; cols <= 3000; cols += cols < longest ? 1 : 987) {
    Rng rng{cols};
    std::vector<T> x(2 * cols), y(2 * cols + 1, T{7}), e(cols);
    for (T& value : x) value = static_cast<T>(3 * rng.normal());
    kernels::softmax(x.data(), y.data(), 2, cols);
    EXPECT_EQ(y.back(), T{7});
    for (std::size_t row = 0; row < 2 && cols > 0; ++row) {
      const T* values = x.data() + row * cols;
      const auto max = static_cast<double>(*std::max_element(values, values + cols));
      double sum = 0;
      for (std::size_t j = 0; j < cols; ++j) sum += std::exp(static_cast<double>(values[j]) - max);
      for (std::size_t j = 0; j < cols; ++j) {
        const double wanted = std::exp(static_cast<double>(values[j]) - max) / sum;
        ASSERT_NEAR(static_cast<double>(y[row * cols + j]), wanted, bound * std::max(wanted, 1 / sum)) << cols;
      }
      for (const std::size_t label : {std::size_t{0}, cols / 2, cols - 1, cols}) {
        const auto result = kernels::exponentials(values, e.data(), cols, label);
        const double at_label = label < cols ? std::exp(static_cast<double>(values[label]) - max) : 0;
        EXPECT_EQ(result.max, max);
        EXPECT_NEAR(result.at_label, at_label, bound);
        ASSERT_NEAR(result.sum_others, sum - at_label, bound * sum) << cols << ", label " << label;
        for (std::size_t j = 0; j < cols; ++j)
          ASSERT_NEAR(static_cast<double>(e[j]), std::exp(static_cast<double>(values[j]) - max), bound);
      }
    }
  }
}

TEST(Kernels, SoftmaxInFloatAndDouble) {
  check_softmax<float>(1e-6);
  check_softmax<double>(1e-12);
}

TEST(Kernels, SoftmaxBackward) {
  for (std::size_t cols = 0; cols <= longest; ++cols)
    for (const int place : {0, 1, 2}) {
      const Values y = random(3 * cols, cols), dy = random(3 * cols, cols + 100);
      Values dx = place == 0 ? Values(3 * cols, nan) : place == 1 ? y : dy;
      kernels::softmax_backward(place == 1 ? dx.data() : y.data(), place == 2 ? dx.data() : dy.data(), dx.data(), 3,
                                cols);
      for (std::size_t i = 0; i < 3 * cols; ++i) {
        double dot = 0, size = 1;
        for (std::size_t j = i / cols * cols; j < (i / cols + 1) * cols; ++j) {
          dot += static_cast<double>(y[j]) * static_cast<double>(dy[j]);
          size += std::abs(static_cast<double>(y[j]) * static_cast<double>(dy[j]));
        }
        ASSERT_NEAR(static_cast<double>(dx[i]), static_cast<double>(y[i]) * (static_cast<double>(dy[i]) - dot),
                    8 * tolerance * size);
      }
    }
}

TEST(Kernels, ReportTheirInstructionSet) { EXPECT_FALSE(kernels::instruction_set().empty()); }

/// Returns the largest error of e^x for x in [lowest, 0], in units in the last place of the exact value.
template <class T>
double worst_exp_error(T lowest) {
  std::vector<T> x{0}, y;
  for (const double power : {0.25, 1.0, 4.0})  // dense near 0, where softmax's arguments are, and over the whole range
    for (std::size_t i = 0; i <= 40000; ++i)
      x.push_back(static_cast<T>(lowest * std::pow(static_cast<double>(i) / 40000, power)));
  y.resize(x.size());
  kernels::exponentials(x.data(), y.data(), x.size(), x.size());
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double exact = std::exp(static_cast<long double>(x[i]));
    const auto rounded = static_cast<T>(exact);
    const long double ulp = rounded - std::nextafter(rounded, T{0});
    worst = std::max(worst, static_cast<double>(std::abs(static_cast<long double>(y[i]) - exact) / ulp));
  }
  return worst;
}

TEST(Exponentials, AreAccurateToAboutOneUnitInTheLastPlace) {
  EXPECT_LE(worst_exp_error<float>(-87.3f), 1.1);
  EXPECT_LE(worst_exp_error<double>(-708.3), 1.1);
  const float far[] = {0, -88, -1e4f, -std::numeric_limits<float>::infinity()};
  float y[4];
  kernels::exponentials(far, y, 4, 4);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(y[i], 0) << far[i];
}

}  // namespace
}  // namespace minnow
