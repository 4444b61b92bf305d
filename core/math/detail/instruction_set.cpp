// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/core/math/detail/instruction_set.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/instruction_set.hpp>

#include <cstdint>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

const char* target() { return hwy::TargetName(HWY_TARGET); }

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(target);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {
namespace {

/// Restricts the kernels to the given targets, a bit set; 0 ends the restriction.
void restrict_to(std::int64_t targets) {
  hwy::SetSupportedTargetsForTest(targets);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

/// Returns the targets that are compiled and that the CPU supports, whatever the current restriction.
std::int64_t all_targets() {
  const auto current = hwy::SupportedTargets();
  hwy::SetSupportedTargetsForTest(0);
  const auto all = hwy::SupportedTargets() & HWY_TARGETS;
  hwy::SetSupportedTargetsForTest(current);
  return all;
}

}  // namespace

std::string instruction_set() {
  using namespace minnow::simd;
  return HWY_DYNAMIC_DISPATCH(target)();
}

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (auto rest = all_targets(); rest != 0; rest &= rest - 1) names.emplace_back(hwy::TargetName(rest & -rest));
  return names;
}

void force_instruction_set(const std::string& name) {
  for (auto rest = all_targets(); rest != 0; rest &= rest - 1)
    if (name == hwy::TargetName(rest & -rest)) restrict_to(rest & -rest);
}

void force_baseline(bool on) { restrict_to(on ? HWY_STATIC_TARGET : 0); }

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
