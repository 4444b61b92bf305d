// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/optim/detail/rmsprop_kernel.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/optim/detail/rmsprop_kernel.hpp>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

void rmsprop(const kernels::RMSpropStep& shared, const Real* gradient, Real* square, Real* mean, Real* buffer,
             Real* value, std::size_t n) {
  const kernels::RMSpropStep step = shared;  // a copy that the stores below cannot alias
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    const auto set = [d](Real scalar) HWY_ATTR { return hn::Set(d, scalar); };
    const auto p = hn::LoadU(d, value + i);
    auto g = hn::LoadU(d, gradient + i);
    if (step.weight_decay != 0) g = hn::MulAdd(set(step.weight_decay), p, g);
    const auto v = hn::MulAdd(hn::Mul(set(step.add), g), g, hn::Mul(set(step.keep), hn::LoadU(d, square + i)));
    hn::StoreU(v, d, square + i);
    auto variance = v;
    if (mean != nullptr) {
      const auto m = hn::MulAdd(set(step.add), g, hn::Mul(set(step.keep), hn::LoadU(d, mean + i)));
      hn::StoreU(m, d, mean + i);
      variance = hn::NegMulAdd(m, m, v);
      // Rounding may give a negative variance, whose root is NaN. A comparison with NaN is false, so NaN stays.
      variance = hn::IfThenZeroElse(hn::Lt(variance, hn::Zero(d)), variance);
    }
    const auto denominator = hn::Add(hn::Sqrt(variance), set(step.epsilon));
    auto change = hn::IfThenZeroElse(hn::Eq(denominator, hn::Zero(d)), hn::Div(g, denominator));
    if (buffer != nullptr) {
      change = hn::MulAdd(set(step.momentum), hn::LoadU(d, buffer + i), change);
      hn::StoreU(change, d, buffer + i);
    }
    hn::StoreU(hn::NegMulAdd(set(step.learning_rate), change, p), d, value + i);
  });
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(rmsprop);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

void rmsprop(const RMSpropStep& step, const Real* gradient, Real* square, Real* mean, Real* buffer, Real* value,
             std::size_t n) {
  using namespace minnow::simd;
  HWY_DYNAMIC_DISPATCH(rmsprop)(step, gradient, square, mean, buffer, value, n);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
