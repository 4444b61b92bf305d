#include <minnow/core/math/detail/packed_product.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/core/tensor.hpp>

#include <tests/support/compare.hpp>
#include <tests/support/instruction_sets.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

Tensor random(std::size_t n, Rng rng) {
  Tensor tensor = zeros({n});
  for (Real& value : tensor.storage()) value = static_cast<Real>(rng.normal());
  return tensor;
}

struct Case {
  std::size_t m, n, k;
  bool a_transposed, b_transposed, c_transposed;
  Real beta;
};

/// Returns max|c - reference| / max|reference|, or infinity if elements between the rows changed.
double error_of(const Case& q) {
  const std::size_t gap = 3;
  const auto rows = [&](std::size_t extent) { return extent + gap; };
  const std::size_t a_stride = rows(q.a_transposed ? q.m : q.k), b_stride = rows(q.b_transposed ? q.k : q.n),
                    c_stride = rows(q.c_transposed ? q.m : q.n);
  const Rng rng{q.m * 1000003 + q.n * 1009 + q.k};
  const Tensor a = random((q.a_transposed ? q.k : q.m) * a_stride, rng.stream(0));
  const Tensor b = random((q.b_transposed ? q.n : q.k) * b_stride, rng.stream(1));
  const Tensor before = random((q.c_transposed ? q.n : q.m) * c_stride, rng.stream(2));
  Tensor c = before;
  const Product product{.m = q.m,
                        .n = q.n,
                        .k = q.k,
                        .a = {a.data(), a_stride, q.a_transposed},
                        .b = {b.data(), b_stride, q.b_transposed},
                        .c = c.data(),
                        .c_row_stride = q.c_transposed ? 1 : c_stride,
                        .c_column_stride = q.c_transposed ? c_stride : 1,
                        .beta = q.beta};
  kernels::packed_product(product);
  double worst = 0, largest = 0;
  for (std::size_t i = 0; i < q.m; ++i)
    for (std::size_t j = 0; j < q.n; ++j) {
      const std::size_t at = i * product.c_row_stride + j * product.c_column_stride;
      double sum = q.beta == 0 ? 0 : static_cast<double>(q.beta) * static_cast<double>(before.data()[at]);
      for (std::size_t p = 0; p < q.k; ++p)
        sum += static_cast<double>(*product.a.from_row(i).from_column(p).data) *
               static_cast<double>(*product.b.from_row(p).from_column(j).data);
      worst = std::max(worst, std::abs(static_cast<double>(c.data()[at]) - sum));
      largest = std::max(largest, std::abs(sum));
    }
  const std::size_t outer = q.c_transposed ? q.n : q.m, inner = c_stride - gap;
  for (std::size_t i = 0; i < outer; ++i)
    for (std::size_t j = inner; j < c_stride; ++j)
      if (c.data()[i * c_stride + j] != before.data()[i * c_stride + j]) return std::numeric_limits<double>::infinity();
  return worst / largest;
}

void check_sizes() {
  // Around the limits of a tile (12 by 32), of a partial sum (256 terms) and of a transposed block (4096 rows).
  const std::vector<std::array<std::size_t, 3>> sizes{
      {1, 1, 1},    {1, 40, 5},    {4, 16, 256},  {5, 17, 257},  {8, 31, 3},     {11, 33, 300}, {12, 32, 64},
      {13, 48, 65}, {24, 64, 512}, {25, 70, 513}, {3, 1100, 30}, {20, 530, 261}, {4100, 66, 9}, {14, 600, 520}};
  for (const auto& [m, n, k] : sizes)
    for (int transposed = 0; transposed < 8; ++transposed)
      for (const Real beta : {Real{0}, Real{1}, Real{-0.5}}) {
        const Case q{m, n, k, (transposed & 1) != 0, (transposed & 2) != 0, (transposed & 4) != 0, beta};
        ASSERT_LE(error_of(q), tolerance * std::sqrt(static_cast<double>(k) / 64 + 1))
            << m << " " << n << " " << k << ", transposed " << transposed << ", beta " << beta;
      }
}

TEST(PackedProduct, SizesMatchDouble) {
  on_each_instruction_set([](const std::string&) { check_sizes(); });
}

TEST(PackedProduct, BlocksGiveTheSameBits) {
  const std::size_t m = 40, n = 70, k = 600, rows = 9, columns = 33;
  const Rng rng{3};
  const Tensor a = random(m * k, rng.stream(0)), b = random(k * n, rng.stream(1));
  Tensor whole = zeros({m, n}), cut = zeros({m, n});
  kernels::packed_product(
      {.m = m, .n = n, .k = k, .a = {a.data(), k}, .b = {b.data(), n}, .c = whole.data(), .c_row_stride = n});
  for (std::size_t i = 0; i < m; i += rows)
    for (std::size_t j = 0; j < n; j += columns)
      kernels::packed_product({.m = std::min(rows, m - i),
                               .n = std::min(columns, n - j),
                               .k = k,
                               .a = {a.data() + i * k, k},
                               .b = {b.data() + j, n},
                               .c = cut.data() + i * n + j,
                               .c_row_stride = n});
  EXPECT_EQ(whole, cut);
}

TEST(PackedProduct, BetaZeroOverwritesNaNAndNaNInAnOperandPropagates) {
  constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();
  constexpr std::size_t m = 13, n = 35, k = 7;
  Tensor a = random(m * k, Rng{1}), b = random(k * n, Rng{2}), c = zeros({m * n});
  c.fill(nan);
  a.data()[4 * k + 2] = nan;
  kernels::packed_product(
      {.m = m, .n = n, .k = k, .a = {a.data(), k}, .b = {b.data(), n}, .c = c.data(), .c_row_stride = n});
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) EXPECT_EQ(std::isnan(c.data()[i * n + j]), i == 4) << i << " " << j;
}

}  // namespace
}  // namespace minnow
