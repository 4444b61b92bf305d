// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/optim/detail/adam_kernel.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/optim/detail/adam_kernel.hpp>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

void adam(const kernels::AdamStep& shared, const Real* gradient, Real* m, Real* v, Real* v_max, Real* value,
          std::size_t n) {
  const kernels::AdamStep step = shared;  // a copy that the stores below cannot alias
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    const auto set = [d](Real scalar) HWY_ATTR { return hn::Set(d, scalar); };
    const auto p = hn::LoadU(d, value + i);
    auto g = hn::LoadU(d, gradient + i);
    if (step.weight_decay != 0) g = hn::MulAdd(set(step.weight_decay), p, g);
    const auto mean = hn::MulAdd(set(step.add_m), g, hn::Mul(set(step.keep_m), hn::LoadU(d, m + i)));
    auto square = hn::MulAdd(hn::Mul(set(step.add_v), g), g, hn::Mul(set(step.keep_v), hn::LoadU(d, v + i)));
    hn::StoreU(mean, d, m + i);
    hn::StoreU(square, d, v + i);
    if (v_max != nullptr) {
      const auto largest = hn::LoadU(d, v_max + i);
      square =
          hn::IfThenElse(hn::Gt(largest, square), largest, square);  // a comparison with NaN is false, so NaN stays
      hn::StoreU(square, d, v_max + i);
    }
    const auto denominator = hn::MulAdd(hn::Sqrt(square), set(step.root_factor), set(step.epsilon));
    auto change = hn::Div(hn::Mul(set(step.step_size), mean), denominator);
    change = hn::IfThenZeroElse(hn::Eq(denominator, hn::Zero(d)), change);
    // Not (1 - decay) p, because 1 - decay loses digits of decay. An infinite p has no decay.
    if (step.decay != 0) change = hn::MulAdd(set(step.decay), hn::IfThenZeroElse(hn::IsInf(p), p), change);
    hn::StoreU(hn::Sub(p, change), d, value + i);
  });
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(adam);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

void adam(const AdamStep& step, const Real* gradient, Real* m, Real* v, Real* v_max, Real* value, std::size_t n) {
  using namespace minnow::simd;
  HWY_DYNAMIC_DISPATCH(adam)(step, gradient, m, v, v_max, value, n);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
