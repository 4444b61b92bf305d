#include <minnow/core/math/detail/small_product.hpp>
#include <minnow/core/rng.hpp>

#include <tests/support/compare.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();
constexpr Real inf = std::numeric_limits<Real>::infinity();

std::vector<Real> random(std::size_t n, std::uint64_t seed) {
  Rng rng{seed};
  std::vector<Real> values(n);
  for (Real& value : values) value = static_cast<Real>(rng.normal());
  return values;
}

/// A product whose rows are padded by `gap` elements; a is transposed in memory if `transposed` is set.
struct Case {
  Case(std::size_t m_, std::size_t n_, std::size_t k_, bool transposed_, std::size_t gap)
      : m(m_), n(n_), k(k_), transposed(transposed_), a_stride((transposed ? m : k) + gap), stride(n + gap) {
    a = random((transposed ? k : m) * a_stride, m + 1);
    b = random(k * stride, n + 2);
    c = random(m * stride + gap, k + 3);
  }

  Real& a_at(std::size_t i, std::size_t p) { return transposed ? a[p * a_stride + i] : a[i * a_stride + p]; }

  std::vector<Real> product(Real beta) const {
    std::vector<Real> result = c;
    kernels::small_product({.m = m,
                            .n = n,
                            .k = k,
                            .a = {a.data(), a_stride, transposed},
                            .b = {b.data(), stride},
                            .c = result.data(),
                            .c_row_stride = stride,
                            .beta = beta});
    return result;
  }

  /// Compares with sums in long double. The padding between and after the rows must stay unchanged.
  void check(Real beta) {
    const std::vector<Real> result = product(beta);
    for (std::size_t i = 0; i < m; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        const long double before = beta == 0 ? 0 : static_cast<long double>(beta) * c[i * stride + j];
        long double sum = before, size = std::abs(before);
        for (std::size_t p = 0; p < k; ++p) {
          const long double term = static_cast<long double>(a_at(i, p)) * b[p * stride + j];
          sum += term, size += std::abs(term);
        }
        const auto got = static_cast<long double>(result[i * stride + j]);
        if (std::isfinite(sum))
          ASSERT_LE(std::abs(got - sum), static_cast<long double>(tolerance) * size) << i << ", " << j;
        else
          ASSERT_TRUE(std::isnan(sum) ? std::isnan(got) : got == sum) << i << ", " << j;
      }
    for (std::size_t at = 0; at < c.size(); ++at) {
      const bool inside = at / stride < m && at % stride < n;
      ASSERT_TRUE(inside || result[at] == c[at]) << "written outside, at " << at;
    }
  }

  std::size_t m, n, k;
  bool transposed;
  std::size_t a_stride, stride;
  std::vector<Real> a, b, c;
};

TEST(SmallProduct, EveryTailOfRowsAndColumns) {
  for (std::size_t m = 0; m <= 19; ++m)
    for (std::size_t n = 0; n <= 70; ++n)
      for (const bool transposed : {false, true}) {
        SCOPED_TRACE(::testing::Message() << m << " x " << n << (transposed ? " transposed" : ""));
        Case product(m, n, 1 + (m + n) % 5, transposed, n % 3);
        product.check(0);
        product.check(1);
      }
}

TEST(SmallProduct, EveryLengthOfSum) {
  for (std::size_t k = 1; k <= 70; ++k)
    for (const auto& [m, n] :
         std::vector<std::pair<std::size_t, std::size_t>>{{1, 1}, {4, 4}, {7, 37}, {16, 4}, {3, 64}})
      for (const bool transposed : {false, true}) {
        SCOPED_TRACE(::testing::Message() << m << " x " << n << " x " << k << (transposed ? " transposed" : ""));
        Case product(m, n, k, transposed, k % 2);
        for (const Real beta : {Real{0}, Real{1}, Real{-0.5}}) product.check(beta);
      }
}

TEST(SmallProduct, AcceptsATransposedB) {
  for (std::size_t n = 1; n <= 21; ++n)
    for (const std::size_t k : {1u, 2u, 3u, 4u, 5u, 16u, 33u}) {
      const Case row_major(6, n, k, false, 2);
      std::vector<Real> transposed(n * (k + 1)), result = row_major.c;
      for (std::size_t p = 0; p < k; ++p)
        for (std::size_t j = 0; j < n; ++j) transposed[j * (k + 1) + p] = row_major.b[p * row_major.stride + j];
      kernels::small_product({.m = 6,
                              .n = n,
                              .k = k,
                              .a = {row_major.a.data(), row_major.a_stride},
                              .b = {transposed.data(), k + 1, true},
                              .c = result.data(),
                              .c_row_stride = row_major.stride});
      ASSERT_EQ(result, row_major.product(0)) << n << " " << k;
    }
}

TEST(SmallProduct, BetaZeroOverwritesNaNAndInfinity) {
  for (std::size_t n = 1; n <= 37; ++n) {
    Case product(9, n, 5, false, 0);
    const std::vector<Real> clean = product.product(0);
    for (const Real value : {nan, inf}) {
      product.c.assign(product.c.size(), value);
      EXPECT_EQ(product.product(0), clean) << n;
    }
  }
}

TEST(SmallProduct, PropagatesNaNAndInfinity) {
  for (const std::size_t n : {1u, 4u, 7u, 16u, 37u})
    for (const Real special : {nan, inf, -inf})
      for (std::size_t at = 0; at < 5 * n; ++at) {
        Case in_b(9, n, 5, false, 0), in_a(9, n, 5, true, 0), in_c(9, n, 5, false, 0);
        in_b.b[at] = special;
        in_b.check(0);
        in_b.a_at(3, at / n) = 0;  // 0 times infinity
        in_b.check(1);
        in_a.a[at % in_a.a.size()] = special;
        in_a.check(0);
        in_c.c[at] = special;
        in_c.check(1);
      }
}

}  // namespace
}  // namespace minnow
