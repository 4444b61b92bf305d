// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/core/math/detail/elementwise.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/activations-inl.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/core/math/kernels.hpp>

#include <algorithm>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

void map_relu(const Real* x, Real* y, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR { hn::StoreU(relu(d, hn::LoadU(d, x + i)), d, y + i); });
}

void map_relu_backward(const Real* y, const Real* dy, Real* dx, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    hn::StoreU(relu_backward(d, hn::LoadU(d, y + i), hn::LoadU(d, dy + i)), d, dx + i);
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
HWY_EXPORT(map_relu);
HWY_EXPORT(map_relu_backward);
HWY_EXPORT(scale);
HWY_EXPORT(target);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void relu(const Real* x, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(map_relu)(x, y, n); }
void relu_backward(const Real* y, const Real* dy, Real* dx, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(map_relu_backward)(y, dy, dx, n);
}
void scale(const Real* x, Real factor, Real* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(scale)(x, factor, y, n); }

std::string instruction_set() { return HWY_DYNAMIC_DISPATCH(target)(); }

namespace {

void hold_to(std::int64_t targets) {  // 0 for no hold
  hwy::SetSupportedTargetsForTest(targets);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

/// The targets compiled and supported, held to some or not.
std::int64_t all_targets() {
  const auto held = hwy::SupportedTargets();
  hwy::SetSupportedTargetsForTest(0);
  const auto all = hwy::SupportedTargets() & HWY_TARGETS;
  hwy::SetSupportedTargetsForTest(held);
  return all;
}

}  // namespace

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (auto rest = all_targets(); rest != 0; rest &= rest - 1) names.emplace_back(hwy::TargetName(rest & -rest));
  return names;
}

void force_instruction_set(const std::string& name) {
  for (auto rest = all_targets(); rest != 0; rest &= rest - 1)
    if (name == hwy::TargetName(rest & -rest)) hold_to(rest & -rest);
}

void force_baseline(bool on) { hold_to(on ? HWY_STATIC_TARGET : 0); }

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
