// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/optim/detail/gradient_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/optim/detail/gradient_kernels.hpp>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

double sum_of_squares(const Real* x, std::size_t n) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  auto a = hn::Zero(d), b = a, c = a, e = a;  // four chains hide the latency of an addition
  std::size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    const auto x0 = load_double(d, x + i);
    const auto x1 = load_double(d, x + i + lanes);
    const auto x2 = load_double(d, x + i + 2 * lanes);
    const auto x3 = load_double(d, x + i + 3 * lanes);
    a = hn::MulAdd(x0, x0, a);
    b = hn::MulAdd(x1, x1, b);
    c = hn::MulAdd(x2, x2, c);
    e = hn::MulAdd(x3, x3, e);
  }
  for (; i + lanes <= n; i += lanes) {
    const auto x0 = load_double(d, x + i);
    a = hn::MulAdd(x0, x0, a);
  }
  double rest = 0;
  for (; i < n; ++i) rest += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(a, b), hn::Add(c, e)))) + rest;
}

void scale(double factor, Real* x, std::size_t n) {
  for_each_vector<double>(n, [=](auto d, std::size_t i) HWY_ATTR {
    const auto scaled = hn::Mul(hn::Set(d, factor), load_double(d, x + i));
    store_double(scaled, d, x + i);
  });
}

void clamp(Real limit, Real* x, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    const auto high = hn::Set(d, limit);
    const auto low = hn::Neg(high);
    auto v = hn::LoadU(d, x + i);
    v = hn::IfThenElse(hn::Gt(v, high), high, v);  // Min and Max may lose a NaN
    v = hn::IfThenElse(hn::Lt(v, low), low, v);
    hn::StoreU(v, d, x + i);
  });
}

void move_average(Real weight, const Real* x, Real* average, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    const auto a = hn::LoadU(d, average + i);
    hn::StoreU(hn::MulAdd(hn::Set(d, weight), hn::Sub(hn::LoadU(d, x + i), a), a), d, average + i);
  });
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(sum_of_squares);
HWY_EXPORT(scale);
HWY_EXPORT(clamp);
HWY_EXPORT(move_average);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

double sum_of_squares(const Real* x, std::size_t n) {
  using namespace minnow::simd;
  return HWY_DYNAMIC_DISPATCH(sum_of_squares)(x, n);
}

void scale(double factor, Real* x, std::size_t n) {
  using namespace minnow::simd;
  HWY_DYNAMIC_DISPATCH(scale)(factor, x, n);
}

void clamp(Real limit, Real* x, std::size_t n) {
  using namespace minnow::simd;
  HWY_DYNAMIC_DISPATCH(clamp)(limit, x, n);
}

void move_average(Real weight, const Real* x, Real* average, std::size_t n) {
  using namespace minnow::simd;
  HWY_DYNAMIC_DISPATCH(move_average)(weight, x, average, n);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
