// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/activation/detail/log_softmax_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/exponentials-inl.hpp>
#include <minnow/core/math/detail/transpose-inl.hpp>
#include <minnow/layers/activation/detail/log_softmax_kernels.hpp>

#include <algorithm>
#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

/// Returns log(sum of e^(x_j - max)). Elements equal to max, whose term is 1, are counted separately. Added to 1, the
/// other terms would lose digits, and so would the logarithm of a probability close to 1.
double log_sum(const Real* x, std::size_t n, Real max) {
  const std::size_t block = 64 * hn::Lanes(hn::ScalableTag<Real>());
  double others = 0;
  std::size_t largest = 0;
  for (std::size_t start = 0; start < n; start += block) {
    const hn::ScalableTag<Real> wide;
    auto sum = hn::Zero(wide);
    Real rest = 0;
    for_each_vector<Real>(std::min(block, n - start), [&, x = x + start](auto d, std::size_t j) HWY_ATTR {
      const auto v = hn::Sub(hn::LoadU(d, x + j), hn::Set(d, max));
      const auto is_largest = hn::Eq(v, hn::Zero(d));
      const auto e = hn::IfThenZeroElse(is_largest, exp_of_nonpositive(d, v));
      largest += hn::CountTrue(d, is_largest);
      if constexpr (std::is_same_v<decltype(e), const decltype(sum)>)
        sum = hn::Add(sum, e);
      else
        rest += hn::GetLane(hn::SumOfLanes(d, e));
    });
    others += static_cast<double>(hn::GetLane(hn::SumOfLanes(wide, sum)) + rest);
  }
  return std::log1p(others + (static_cast<double>(largest) - 1));
}

// Longer rows fill the vectors. Short vectors gain nothing from a transposition.
constexpr std::size_t narrow = hn::MaxLanes(hn::ScalableTag<Real>()) < 8 ? 0 : 64;
constexpr std::size_t group = 64;  // rows that are transposed together

/// Subtracts from a vector of columns, `group` elements apart, the logarithm of the sum of their exponentials.
HWY_INLINE void normalize_columns(Real* x, std::size_t cols) {
  const hn::ScalableTag<Real> d;
  const hn::ScalableTag<double> wide;
  alignas(64) Real others[hn::MaxLanes(d)], largest[hn::MaxLanes(d)];
  auto top = hn::LoadU(d, x);
  for (std::size_t j = 1; j < cols; ++j) {
    const auto v = hn::LoadU(d, x + j * group);
    top = hn::IfThenElse(hn::Gt(v, top), v, top);  // skips NaN, whose term is NaN
  }
  auto sum = hn::Zero(d), count = hn::Zero(d);
  for (std::size_t j = 0; j < cols; ++j) {
    const auto v = hn::Sub(hn::LoadU(d, x + j * group), top);
    const auto is_largest = hn::Eq(v, hn::Zero(d));
    sum = hn::Add(sum, hn::IfThenZeroElse(is_largest, exp_of_nonpositive(d, v)));
    count = hn::Add(count, hn::IfThenElseZero(is_largest, hn::Set(d, Real{1})));
  }
  hn::StoreU(sum, d, others);
  hn::StoreU(count, d, largest);
  for (std::size_t i = 0; i < hn::Lanes(d); i += hn::Lanes(wide)) {
    const auto more = hn::Sub(load_double(wide, largest + i), hn::Set(wide, 1.0));
    store_double(log1p(wide, hn::Add(load_double(wide, others + i), more)), wide, others + i);
  }
  const auto rest = hn::LoadU(d, others);
  for (std::size_t j = 0; j < cols; ++j)
    hn::StoreU(hn::Sub(hn::Sub(hn::LoadU(d, x + j * group), top), rest), d, x + j * group);
}

/// Rows of few elements: the lanes of a vector are rows.
[[maybe_unused]] void log_softmax_narrow(const Real* x, Real* y, std::size_t rows, std::size_t cols) {
  alignas(64) Real columns[std::max<std::size_t>(narrow, 1) * group];
  if (rows < group) std::fill_n(columns, cols * group, Real{0});
  for (std::size_t first = 0; first < rows; first += group, x += group * cols, y += group * cols) {
    const std::size_t count = std::min(group, rows - first);
    transpose(x, count, cols, cols, columns, group);
    for (std::size_t i = 0; i < count; i += hn::Lanes(hn::ScalableTag<Real>())) normalize_columns(columns + i, cols);
    transpose(columns, cols, count, group, y, cols);
  }
}

void log_softmax(const Real* x, Real* y, std::size_t rows, std::size_t cols) {
  if (cols == 0) return;
  if constexpr (narrow > 0)
    if (cols <= narrow) return log_softmax_narrow(x, y, rows, cols);
  for (std::size_t i = 0; i < rows; ++i, x += cols, y += cols) {
    const Real max = row_max(x, cols);
    const auto rest = static_cast<Real>(log_sum(x, cols, max));
    for_each_vector<Real>(cols, [=](auto d, std::size_t j) HWY_ATTR {
      hn::StoreU(hn::Sub(hn::Sub(hn::LoadU(d, x + j), hn::Set(d, max)), hn::Set(d, rest)), d, y + j);
    });
  }
}

void log_softmax_backward(const Real* y, const Real* dy, Real* dx, std::size_t rows, std::size_t cols) {
  for (std::size_t i = 0; i < rows; ++i, y += cols, dy += cols, dx += cols) {
    const auto sum = static_cast<Real>(row_sum(dy, cols));
    for_each_vector<Real>(cols, [=](auto d, std::size_t j) HWY_ATTR {
      const auto p = exp_of_nonpositive(d, hn::LoadU(d, y + j));
      hn::StoreU(hn::NegMulAdd(p, hn::Set(d, sum), hn::LoadU(d, dy + j)), d, dx + j);
    });
  }
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(log_softmax);
HWY_EXPORT(log_softmax_backward);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void log_softmax(const Real* x, Real* y, std::size_t rows, std::size_t cols) {
  HWY_DYNAMIC_DISPATCH(log_softmax)(x, y, rows, cols);
}
void log_softmax_backward(const Real* y, const Real* dy, Real* dx, std::size_t rows, std::size_t cols) {
  HWY_DYNAMIC_DISPATCH(log_softmax_backward)(y, dy, dx, rows, cols);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
