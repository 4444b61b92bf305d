// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/optim/detail/sgd_kernel.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/optim/detail/sgd_kernel.hpp>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

void sgd(const kernels::SGDStep& step, const Real* gradient, Real* buffer, Real* value, std::size_t n) {
  for_each_vector<Real>(n, [=, &step](auto d, std::size_t i) HWY_ATTR {
    const auto p = hn::LoadU(d, value + i);
    auto g = hn::LoadU(d, gradient + i);
    if (step.weight_decay != 0) g = hn::MulAdd(hn::Set(d, step.weight_decay), p, g);
    if (step.momentum != 0) {
      auto b = hn::Mul(hn::Set(d, step.add), g);
      if (step.keep != 0) b = hn::MulAdd(hn::Set(d, step.keep), hn::LoadU(d, buffer + i), b);
      hn::StoreU(b, d, buffer + i);
      g = step.nesterov ? hn::MulAdd(hn::Set(d, step.momentum), b, g) : b;
    }
    hn::StoreU(hn::NegMulAdd(hn::Set(d, step.learning_rate), g, p), d, value + i);
  });
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(sgd);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

void sgd(const SGDStep& step, const Real* gradient, Real* buffer, Real* value, std::size_t n) {
  using namespace minnow::simd;
  HWY_DYNAMIC_DISPATCH(sgd)(step, gradient, buffer, value, n);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
