#include <minnow/core/error.hpp>
#include <minnow/core/math/gemm.hpp>
#include <minnow/core/rng.hpp>

#include <tests/support/compare.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

Tensor random(const Shape& shape, Rng rng) {
  Tensor tensor = zeros(shape);
  for (Real& value : tensor.storage()) value = static_cast<Real>(rng.normal());
  return tensor;
}

Tensor transposed(const Tensor& a) {
  Tensor result = zeros({a.shape()[1], a.shape()[0]});
  for (std::size_t i = 0; i < a.shape()[0]; ++i)
    for (std::size_t j = 0; j < a.shape()[1]; ++j) result(j, i) = a(i, j);
  return result;
}

/// Returns alpha a b + beta c, computed in long double and rounded to double.
std::vector<double> reference(const Tensor& a, const Tensor& b, const Tensor& c, Real alpha, Real beta) {
  const std::size_t m = a.shape()[0], k = a.shape()[1], n = b.shape()[1];
  std::vector<double> result;
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      long double sum = 0;
      for (std::size_t l = 0; l < k; ++l) sum += static_cast<long double>(a(i, l)) * static_cast<long double>(b(l, j));
      sum *= static_cast<long double>(alpha);
      if (beta != 0) sum += static_cast<long double>(beta) * static_cast<long double>(c(i, j));
      result.push_back(static_cast<double>(sum));
    }
  return result;
}

/// Returns the largest error over all transposes and several alpha and beta.
double worst_error(std::size_t m, std::size_t n, std::size_t k) {
  const Rng rng{m * 10000 + n * 100 + k};
  const Tensor a = random({m, k}, rng.stream(0)), b = random({k, n}, rng.stream(1)), c = random({m, n}, rng.stream(2));
  double worst = 0;
  for (const bool ta : {false, true})
    for (const bool tb : {false, true})
      for (const auto& [alpha, beta] :
           std::vector<std::pair<Real, Real>>{{1, 0}, {1, 1}, {-2, 0.5}, {0.5, -1}, {0, 2}}) {
        Tensor result = c;
        gemm(ta ? transposed(a) : a, tb ? transposed(b) : b, result,
             {.transpose_a = ta, .transpose_b = tb, .alpha = alpha, .beta = beta});
        worst = std::max(worst, error(result, {m, n}, reference(a, b, c, alpha, beta)));
      }
  return worst;
}

TEST(Gemm, MatchesLongDouble) {
  const std::vector<std::array<std::size_t, 3>> sizes{
      {1, 1, 1},    {1, 5, 7},     {5, 1, 7},    {5, 7, 1},    {1, 1, 9},     {1, 9, 1},
      {9, 1, 1},    {2, 3, 4},     {16, 16, 16}, {17, 33, 31}, {64, 10, 128}, {1, 128, 64},
      {100, 1, 50}, {65, 63, 129}, {1, 300, 40}, {300, 1, 40}, {1, 70, 200},  {70, 1, 200}};
  for (const auto& [m, n, k] : sizes) EXPECT_LE(worst_error(m, n, k), tolerance) << m << " " << n << " " << k;
}

TEST(Gemm, BetaZeroOverwritesNaN) {
  for (const std::size_t rows : {1u, 100u})
    for (const std::size_t cols : {1u, 100u}) {
      const Tensor a = random({rows, 100}, Rng{1}), b = random({100, cols}, Rng{2});
      Tensor c = zeros({rows, cols}), clean = c;
      c.fill(nan);
      gemm(a, b, c);
      gemm(a, b, clean);
      EXPECT_EQ(c, clean) << rows << " " << cols;
    }
  for (const std::size_t size : {1u, 4u, 33u, 130u})
    for (const bool ta : {false, true})
      for (const bool tb : {false, true}) {
        const Tensor a = random({size, size}, Rng{1}), b = random({size, size}, Rng{2});
        Tensor c = zeros({size, size}), clean = c;
        c.fill(nan);
        gemm(a, b, c, {.transpose_a = ta, .transpose_b = tb});
        gemm(a, b, clean, {.transpose_a = ta, .transpose_b = tb});
        EXPECT_EQ(c, clean) << size;
      }
}

TEST(Gemm, PropagatesNaNAndInfinity) {
  constexpr Real inf = std::numeric_limits<Real>::infinity();
  const Tensor a{{1, 0}, {0, 1}};
  Tensor c = zeros({2, 2});
  gemm(a, Tensor{{nan, 1}, {2, 3}}, c);
  EXPECT_TRUE(std::isnan(c(0, 0)) && std::isnan(c(1, 0)));  // 0 * NaN too
  EXPECT_TRUE(c(0, 1) == 1 && c(1, 1) == 3);
  gemm(a, Tensor{{inf, 1}, {2, 3}}, c);
  EXPECT_TRUE(c(0, 0) == inf && std::isnan(c(1, 0)));
  Tensor sum{{nan, 1}, {1, 1}};
  gemm(a, Tensor{{1, 1}, {1, 1}}, sum, {.beta = 1});
  EXPECT_TRUE(std::isnan(sum(0, 0)) && sum(0, 1) == 2);
}

TEST(Gemm, AcceptsEmptyExtents) {
  Tensor none = zeros({0, 3}), wide = zeros({2, 0}), c{{1, 2, 3}, {4, 5, nan}};
  EXPECT_NO_THROW(gemm(zeros({0, 4}), zeros({4, 3}), none));
  EXPECT_NO_THROW(gemm(zeros({2, 4}), zeros({4, 0}), wide));
  EXPECT_NO_THROW(gemm(zeros({0, 0}), zeros({0, 3}), none, {.beta = 1}));
  gemm(zeros({2, 0}), zeros({0, 3}), c);  // an empty sum is 0, over a NaN too
  EXPECT_EQ(c, zeros({2, 3}));
  c.fill(3);
  gemm(zeros({0, 2}), zeros({3, 0}), c, {.transpose_a = true, .transpose_b = true, .beta = 1});
  EXPECT_EQ(c(1, 2), 3);
  gemm(zeros({2, 0}), zeros({0, 3}), c, {.beta = -2});
  EXPECT_EQ(c(1, 2), -6);
}

TEST(Gemm, AcceptsOneTensorAsBothOperands) {
  const Tensor a = random({5, 9}, Rng{3});
  Tensor c = zeros({5, 5});
  gemm(a, a, c, {.transpose_b = true});
  EXPECT_LE(error(c, {5, 5}, reference(a, transposed(a), c, 1, 0)), tolerance);
}

TEST(Gemm, RefusesAnOperandAsResult) {
  for (const std::size_t size : {1u, 3u}) {
    Tensor a = zeros({size, size});
    const Tensor b = zeros({size, size});
    EXPECT_THROW(gemm(a, b, a), ValueError);
    EXPECT_THROW(gemm(b, a, a), ValueError);
  }
}

std::string message(const Shape& a, const Shape& b, const Shape& c, const GemmOptions& options = {}) {
  Tensor result = zeros(c);
  try {
    gemm(zeros(a), zeros(b), result, options);
  } catch (const ShapeError& e) {
    return e.what();
  }
  return "no error";
}

TEST(Gemm, RefusesExtentsBeyond31Bits) {
  const std::size_t most = (std::size_t{1} << 31) - 1;
  EXPECT_EQ(message({most, 0}, {0, 0}, {most, 0}), "no error");
  EXPECT_EQ(message({most + 1, 0}, {0, 0}, {most + 1, 0}),
            "gemm: expected extents below 2^31, got (2147483648, 0) times (0, 0).");
  EXPECT_EQ(message({0, most + 1}, {most + 1, 0}, {0, 0}),
            "gemm: expected extents below 2^31, got (0, 2147483648) times (2147483648, 0).");
}

TEST(Gemm, ReportsShapesThatDoNotMatch) {
  EXPECT_EQ(message({2, 3}, {4, 5}, {2, 5}),
            "gemm: expected (M, K) times (K, N) into (M, N), got (2, 3) times (4, 5) into (2, 5).");
  EXPECT_EQ(message({2, 3}, {3, 5}, {2, 5}, {.transpose_a = true}),
            "gemm: expected (M, K) times (K, N) into (M, N), got (2, 3) transposed times (3, 5) into (2, 5).");
  for (const auto& [a, b, c] : std::vector<std::array<Shape, 3>>{{Shape{2, 3}, Shape{3, 5}, Shape{2, 4}},
                                                                 {Shape{2, 3}, Shape{3, 5}, Shape{5, 2}},
                                                                 {Shape{6}, Shape{3, 5}, Shape{2, 5}},
                                                                 {Shape{2, 3}, Shape{1, 3, 5}, Shape{2, 5}},
                                                                 {Shape{2, 3}, Shape{3, 5}, Shape{10}},
                                                                 {Shape{2, 3}, Shape{3, 5}, Shape{}},
                                                                 {Shape{0, 3}, Shape{4, 5}, Shape{0, 5}}})
    EXPECT_NE(message(a, b, c), "no error") << to_string(a) << to_string(b) << to_string(c);
  EXPECT_NE(message({2, 3}, {3, 5}, {2, 5}, {.transpose_b = true}), "no error");
  EXPECT_EQ(message({3, 2}, {5, 3}, {2, 5}, {.transpose_a = true, .transpose_b = true}), "no error");
}

}  // namespace
}  // namespace minnow
