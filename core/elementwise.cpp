// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/core/elementwise.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/kernels.hpp>
#include <minnow/core/simd-inl.hpp>

#include <algorithm>

#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

void fill_rows(const Real* bias, Real* y, std::size_t rows, std::size_t cols) {
  for (std::size_t i = 0; i < rows; ++i, y += cols)
    for_each_vector<Real>(cols, [=](auto d, std::size_t j) HWY_ATTR { hn::StoreU(hn::LoadU(d, bias + j), d, y + j); });
}

void sum_rows(const Real* x, Real* sums, std::size_t rows, std::size_t cols, Real beta) {
  constexpr std::size_t block = 128;  // sums of sums: the rounding grows with rows / block + block, not with rows
  for_each_vector<Real>(cols, [=](auto d, std::size_t j) HWY_ATTR {
    auto total = hn::Zero(d);
    for (std::size_t start = 0; start < rows; start += block) {
      auto sum = hn::Zero(d);
      for (std::size_t i = start; i < std::min(rows, start + block); ++i)
        sum = hn::Add(sum, hn::LoadU(d, x + i * cols + j));
      total = hn::Add(total, sum);
    }
    hn::StoreU(beta == 0 ? total : hn::MulAdd(hn::Set(d, beta), hn::LoadU(d, sums + j), total), d, sums + j);
  });
}

void relu(const Real* x, Real* y, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    const auto v = hn::LoadU(d, x + i);
    hn::StoreU(hn::IfThenZeroElse(hn::Le(v, hn::Zero(d)), v), d, y + i);  // a comparison with NaN is false: NaN stays
  });
}

void relu_backward(const Real* y, const Real* dy, Real* dx, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    const auto off = hn::Le(hn::LoadU(d, y + i), hn::Zero(d));
    hn::StoreU(hn::IfThenZeroElse(off, hn::LoadU(d, dy + i)), d, dx + i);
  });
}

void sigmoid(const Real* x, Real* y, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    const auto v = hn::LoadU(d, x + i);
    const auto e = hn::Exp(d, hn::Neg(hn::Abs(v)));  // in (0, 1]
    const auto one = hn::Set(d, Real{1});
    const auto s = hn::Div(hn::IfThenElse(hn::Lt(v, hn::Zero(d)), e, one), hn::Add(one, e));
    hn::StoreU(hn::IfThenElse(hn::IsNaN(v), v, s), d, y + i);
  });
}

void sigmoid_backward(const Real* y, const Real* dy, Real* dx, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    const auto s = hn::LoadU(d, y + i);
    const auto slope = hn::Mul(s, hn::Sub(hn::Set(d, Real{1}), s));
    hn::StoreU(hn::Mul(hn::LoadU(d, dy + i), slope), d, dx + i);
  });
}

void tanh(const Real* x, Real* y, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    const auto v = hn::LoadU(d, x + i);
    hn::StoreU(hn::IfThenElse(hn::IsNaN(v), v, hn::Tanh(d, v)), d, y + i);
  });
}

void tanh_backward(const Real* y, const Real* dy, Real* dx, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    const auto t = hn::LoadU(d, y + i);
    hn::StoreU(hn::Mul(hn::LoadU(d, dy + i), hn::NegMulAdd(t, t, hn::Set(d, Real{1}))), d, dx + i);
  });
}

void scale(const Real* x, Real factor, Real* y, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i)
                               HWY_ATTR { hn::StoreU(hn::Mul(hn::LoadU(d, x + i), hn::Set(d, factor)), d, y + i); });
}

const char* target() { return hwy::TargetName(HWY_TARGET); }

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(fill_rows);
HWY_EXPORT(sum_rows);
HWY_EXPORT(relu);
HWY_EXPORT(relu_backward);
HWY_EXPORT(sigmoid);
HWY_EXPORT(sigmoid_backward);
HWY_EXPORT(tanh);
HWY_EXPORT(tanh_backward);
HWY_EXPORT(scale);
HWY_EXPORT(target);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void fill_rows(const Real* bias, Real* y, std::size_t rows, std::size_t cols) {
  HWY_DYNAMIC_DISPATCH(fill_rows)(bias, y, rows, cols);
}
void sum_rows(const Real* x, Real* sums, std::size_t rows, std::size_t cols, Real beta) {
  HWY_DYNAMIC_DISPATCH(sum_rows)(x, sums, rows, cols, beta);
}
void relu(const Real* x, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(relu)(x, y, n); }
void relu_backward(const Real* y, const Real* dy, Real* dx, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(relu_backward)(y, dy, dx, n);
}
void sigmoid(const Real* x, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(sigmoid)(x, y, n); }
void sigmoid_backward(const Real* y, const Real* dy, Real* dx, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(sigmoid_backward)(y, dy, dx, n);
}
void tanh(const Real* x, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(tanh)(x, y, n); }
void tanh_backward(const Real* y, const Real* dy, Real* dx, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(tanh_backward)(y, dy, dx, n);
}
void scale(const Real* x, Real factor, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(scale)(x, factor, y, n); }

std::string instruction_set() { return HWY_DYNAMIC_DISPATCH(target)(); }

void force_baseline(bool on) {
  hwy::SetSupportedTargetsForTest(on ? HWY_STATIC_TARGET : 0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
