#include <minnow/core/math/detail/packed_product.hpp>
#include <minnow/core/math/instruction_set.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/core/tensor.hpp>

#include <tests/support/compare.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;
using kernels::StridedProduct;

Tensor random(std::size_t n, Rng rng) {
  Tensor tensor = zeros({n});
  for (Real& value : tensor.storage()) value = static_cast<Real>(rng.normal());
  return tensor;
}

struct Case {
  std::size_t m, n, k;
  bool a_turned, b_turned, c_turned;
  Real beta;
};

/// max|c - reference| / max|reference|, with something between the rows that must stay as it is.
double error_of(const Case& q) {
  const std::size_t gap = 3;
  const auto rows = [&](std::size_t extent) { return extent + gap; };
  const std::size_t a_stride = rows(q.a_turned ? q.m : q.k), b_stride = rows(q.b_turned ? q.k : q.n),
                    c_stride = rows(q.c_turned ? q.m : q.n);
  const Rng rng{q.m * 1000003 + q.n * 1009 + q.k};
  const Tensor a = random((q.a_turned ? q.k : q.m) * a_stride, rng.stream(0));
  const Tensor b = random((q.b_turned ? q.n : q.k) * b_stride, rng.stream(1));
  const Tensor before = random((q.c_turned ? q.n : q.m) * c_stride, rng.stream(2));
  Tensor c = before;
  const StridedProduct product{q.m,
                               q.n,
                               q.k,
                               a.data(),
                               q.a_turned ? 1 : a_stride,
                               q.a_turned ? a_stride : 1,
                               b.data(),
                               q.b_turned ? 1 : b_stride,
                               q.b_turned ? b_stride : 1,
                               c.data(),
                               q.c_turned ? 1 : c_stride,
                               q.c_turned ? c_stride : 1,
                               q.beta};
  kernels::packed_product(product);
  double worst = 0, largest = 0;
  for (std::size_t i = 0; i < q.m; ++i)
    for (std::size_t j = 0; j < q.n; ++j) {
      const std::size_t at = i * product.c_row + j * product.c_column;
      double sum = q.beta == 0 ? 0 : static_cast<double>(q.beta) * static_cast<double>(before.data()[at]);
      for (std::size_t p = 0; p < q.k; ++p)
        sum += static_cast<double>(product.a[i * product.a_row + p * product.a_column]) *
               static_cast<double>(product.b[p * product.b_row + j * product.b_column]);
      worst = std::max(worst, std::abs(static_cast<double>(c.data()[at]) - sum));
      largest = std::max(largest, std::abs(sum));
    }
  const std::size_t outer = q.c_turned ? q.n : q.m, inner = c_stride - gap;
  for (std::size_t i = 0; i < outer; ++i)
    for (std::size_t j = inner; j < c_stride; ++j)
      if (c.data()[i * c_stride + j] != before.data()[i * c_stride + j]) return std::numeric_limits<double>::infinity();
  return worst / largest;
}

class PackedProductSizes : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam()) kernels::force_baseline(true);
  }
  void TearDown() override { kernels::force_baseline(false); }
};

TEST_P(PackedProductSizes, MatchDouble) {
  // Around the edges of tiles (12 by 32), of what is summed up at once (256), and of what is turned at once (4096).
  const std::vector<std::array<std::size_t, 3>> sizes{
      {1, 1, 1},    {1, 40, 5},    {4, 16, 256},  {5, 17, 257},  {8, 31, 3},     {11, 33, 300}, {12, 32, 64},
      {13, 48, 65}, {24, 64, 512}, {25, 70, 513}, {3, 1100, 30}, {20, 530, 261}, {4100, 66, 9}, {14, 600, 520}};
  for (const auto& [m, n, k] : sizes)
    for (int turned = 0; turned < 8; ++turned)
      for (const Real beta : {Real{0}, Real{1}, Real{-0.5}}) {
        const Case q{m, n, k, (turned & 1) != 0, (turned & 2) != 0, (turned & 4) != 0, beta};
        ASSERT_LE(error_of(q), tolerance * std::sqrt(static_cast<double>(k) / 64 + 1))
            << m << " " << n << " " << k << ", turned " << turned << ", beta " << beta;
      }
}

INSTANTIATE_TEST_SUITE_P(Kernels, PackedProductSizes, ::testing::Bool(),
                         [](const auto& run) { return std::string(run.param ? "Baseline" : "Vector"); });

TEST(PackedProduct, CutIntoBlocksItGivesTheSameBits) {
  const std::size_t m = 40, n = 70, k = 600, rows = 9, columns = 33;
  const Rng rng{3};
  const Tensor a = random(m * k, rng.stream(0)), b = random(k * n, rng.stream(1));
  Tensor whole = zeros({m, n}), cut = zeros({m, n});
  kernels::packed_product({m, n, k, a.data(), k, 1, b.data(), n, 1, whole.data(), n, 1, 0});
  for (std::size_t i = 0; i < m; i += rows)
    for (std::size_t j = 0; j < n; j += columns)
      kernels::packed_product({std::min(rows, m - i), std::min(columns, n - j), k, a.data() + i * k, k, 1, b.data() + j,
                               n, 1, cut.data() + i * n + j, n, 1, 0});
  EXPECT_EQ(whole, cut);
}

TEST(PackedProduct, BetaZeroForgetsNaNAndNaNInTheOperandsSpreadsAsItShould) {
  constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();
  constexpr std::size_t m = 13, n = 35, k = 7;
  Tensor a = random(m * k, Rng{1}), b = random(k * n, Rng{2}), c = zeros({m * n});
  c.fill(nan);
  a.data()[4 * k + 2] = nan;
  kernels::packed_product({m, n, k, a.data(), k, 1, b.data(), n, 1, c.data(), n, 1, 0});
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) EXPECT_EQ(std::isnan(c.data()[i * n + j]), i == 4) << i << " " << j;
}

}  // namespace
}  // namespace minnow
