// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/linear/detail/embedding_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/layers/linear/detail/embedding_kernels.hpp>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

void add_rows(const Real* ids, const Real* dy, Real* grad, std::size_t n, std::size_t cols, std::size_t begin,
              std::size_t end, std::size_t skipped) {
  for (std::size_t k = 0; k < n; ++k) {
    const auto id = static_cast<std::size_t>(ids[k]);
    if (id == skipped) continue;
    const Real* from = dy + k * cols + begin;
    Real* to = grad + id * cols + begin;
    for_each_vector<Real>(end - begin, [=](auto d, std::size_t j) HWY_ATTR {
      hn::StoreU(hn::Add(hn::LoadU(d, to + j), hn::LoadU(d, from + j)), d, to + j);
    });
  }
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(add_rows);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void gather_rows(const Real* ids, const Real* weight, Real* y, std::size_t n, std::size_t cols) {
  for (std::size_t k = 0; k < n; ++k) std::copy_n(weight + static_cast<std::size_t>(ids[k]) * cols, cols, y + k * cols);
}
void add_rows(const Real* ids, const Real* dy, Real* grad, std::size_t n, std::size_t cols, std::size_t begin,
              std::size_t end, std::size_t skipped) {
  HWY_DYNAMIC_DISPATCH(add_rows)(ids, dy, grad, n, cols, begin, end, skipped);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
