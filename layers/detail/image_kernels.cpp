// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/detail/image_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/activations-inl.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/layers/detail/image_kernels.hpp>
#include <minnow/layers/detail/image_rows-inl.hpp>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

using kernels::Affine;
using kernels::Epilogue;
using kernels::Images;
using kernels::Rows;

template <bool normalizes, class D>
HWY_INLINE hn::VFromD<D> normalize(D d, const Affine& affine, hn::VFromD<D> x) {
  if constexpr (!normalizes) return x;
  return hn::MulAdd(hn::Sub(x, hn::Set(d, affine.centre)), hn::Set(d, affine.scale), hn::Set(d, affine.shift));
}

template <bool normalizes, bool rectifies>
void copy_rows(Rows<const Real> x, Rows<Real> y, Images images, const Affine& affine) {
  images = join_rows(images, x, y);
  for_each_row(images.count, images.height, [=](std::size_t i, std::size_t h) HWY_ATTR {
    const Real* from = row_of(x, i, h);
    Real* to = row_of(y, i, h);
    for_each_vector<Real>(images.width, [=](auto d, std::size_t w) HWY_ATTR {
      auto v = normalize<normalizes>(d, affine, hn::LoadU(d, from + w));
      if constexpr (rectifies) v = relu(d, v);
      hn::StoreU(v, d, to + w);
    });
  });
}

/// Replaces best by v, and its index by `index`, if v is larger; NaN exceeds every number.
template <class D, class V>
HWY_INLINE void take_larger(D d, V v, Real index, V& best, V& argmax) {
  const auto larger = hn::Or(hn::Gt(v, best), hn::IsNaN(v));  // Highway 1.0.3 has NaN Ne NaN false
  best = hn::IfThenElse(larger, v, best);
  argmax = hn::IfThenElse(larger, hn::Set(d, index), argmax);
}

template <bool normalizes, bool rectifies>
void max_pool(Rows<const Real> x, Rows<Real> y, Rows<std::uint8_t> argmax, Images images, const Affine& affine) {
  for_each_row(images.count, images.height / 2, [=](std::size_t i, std::size_t h) HWY_ATTR {
    const Real *top = row_of(x, i, 2 * h), *bottom = row_of(x, i, 2 * h + 1);
    Real* to = row_of(y, i, h);
    std::uint8_t* argmax_row = argmax.data != nullptr ? row_of(argmax, i, h) : nullptr;
    for_each_vector<Real>(images.width / 2, [=](auto d, std::size_t w) HWY_ATTR {
      hn::VFromD<decltype(d)> a, b, e, f;
      load_pairs(d, top + 2 * w, a, b);
      load_pairs(d, bottom + 2 * w, e, f);
      auto best = normalize<normalizes>(d, affine, a);
      auto largest = hn::Zero(d);
      take_larger(d, normalize<normalizes>(d, affine, b), Real{1}, best, largest);
      take_larger(d, normalize<normalizes>(d, affine, e), Real{2}, best, largest);
      take_larger(d, normalize<normalizes>(d, affine, f), Real{3}, best, largest);
      if constexpr (rectifies) {
        largest = hn::IfThenElse(hn::Le(best, hn::Zero(d)), hn::Set(d, Real{kernels::no_maximum}), largest);
        best = relu(d, best);
      }
      hn::StoreU(best, d, to + w);
      if (argmax_row != nullptr) store_argmax(d, largest, argmax_row + w);
    });
  });
}

/// Calls the variant of the function for the epilogue.
#define MINNOW_WITH_EPILOGUE(function, ...)                                                          \
  const Affine affine = epilogue.affine != nullptr ? *epilogue.affine : Affine{};                    \
  if (epilogue.affine != nullptr && epilogue.relu) return function<true, true>(__VA_ARGS__, affine); \
  if (epilogue.affine != nullptr) return function<true, false>(__VA_ARGS__, affine);                 \
  if (epilogue.relu) return function<false, true>(__VA_ARGS__, affine);                              \
  function<false, false>(__VA_ARGS__, affine)

void copy_rows_with(Rows<const Real> x, Rows<Real> y, Images images, const Epilogue& epilogue) {
  MINNOW_WITH_EPILOGUE(copy_rows, x, y, images);
}

void max_pool_with(Rows<const Real> x, Rows<Real> y, Rows<std::uint8_t> argmax, Images images,
                   const Epilogue& epilogue) {
  MINNOW_WITH_EPILOGUE(max_pool, x, y, argmax, images);
}

#undef MINNOW_WITH_EPILOGUE

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(copy_rows_with);
HWY_EXPORT(max_pool_with);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void copy_rows(Rows<const Real> x, Rows<Real> y, Images images, const Epilogue& epilogue) {
  HWY_DYNAMIC_DISPATCH(copy_rows_with)(x, y, images, epilogue);
}

void max_pool_2x2(Rows<const Real> x, Rows<Real> y, Rows<std::uint8_t> argmax, Images images,
                  const Epilogue& epilogue) {
  HWY_DYNAMIC_DISPATCH(max_pool_with)(x, y, argmax, images, epilogue);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
