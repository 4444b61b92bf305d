// Access to the rows, pairs and argmaxes of images, shared by the image kernels: included once for each instruction
// set, hence no ordinary guard.
#if defined(MINNOW_LAYERS_IMAGE_ROWS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef MINNOW_LAYERS_IMAGE_ROWS_INL_HPP
#undef MINNOW_LAYERS_IMAGE_ROWS_INL_HPP
#else
#define MINNOW_LAYERS_IMAGE_ROWS_INL_HPP
#endif

#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/layers/detail/image_kernels.hpp>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {

template <class T>
HWY_INLINE T* row_of(const kernels::Rows<T>& rows, std::size_t image, std::size_t h) {
  return rows.data + image * rows.image + h * rows.row;
}

/// Calls body(image, row) for each row of each image.
template <class Body>
HWY_INLINE void for_each_row(std::size_t images, std::size_t height, const Body& body) {
  for (std::size_t i = 0; i < images; ++i)
    for (std::size_t h = 0; h < height; ++h) body(i, h);
}

/// Returns one row per image if the rows of each image follow each other in all of the given memory, which saves the
/// overhead of short rows. Otherwise returns `images`.
template <class... T>
HWY_INLINE kernels::Images join_rows(const kernels::Images& images, const kernels::Rows<T>&... rows) {
  const bool joins = ((rows.data == nullptr || rows.row == images.width) && ...);
  return joins ? kernels::Images{images.count, images.height > 0 ? 1U : 0U, images.height * images.width} : images;
}

/// Two vectors of neighbouring elements: the elements at even and at odd positions.
template <class D>
HWY_INLINE void load_pairs(D d, const Real* p, hn::VFromD<D>& even, hn::VFromD<D>& odd) {
  if constexpr (hn::MaxLanes(D()) == 1) {
    even = hn::LoadU(d, p);
    odd = hn::LoadU(d, p + 1);
  } else {
    hn::LoadInterleaved2(d, p, even, odd);
  }
}
template <class D>
HWY_INLINE void store_pairs(D d, hn::VFromD<D> even, hn::VFromD<D> odd, Real* p) {
  if constexpr (hn::MaxLanes(D()) == 1) {
    hn::StoreU(even, d, p);
    hn::StoreU(odd, d, p + 1);
  } else {
    hn::StoreInterleaved2(even, odd, d, p);
  }
}

/// An argmax is stored as a byte and computed as a Real.
template <class D>
HWY_INLINE void store_argmax(D d, hn::VFromD<D> argmax, std::uint8_t* p) {
  const hn::Rebind<std::int32_t, D> whole;
  const hn::Rebind<std::uint8_t, D> bytes;
  if constexpr (sizeof(Real) == sizeof(float))
    hn::StoreU(hn::DemoteTo(bytes, hn::ConvertTo(whole, argmax)), bytes, p);
  else
    hn::StoreU(hn::DemoteTo(bytes, hn::DemoteTo(whole, argmax)), bytes, p);
  (void)d;
}
template <class D>
HWY_INLINE hn::VFromD<D> load_argmax(D d, const std::uint8_t* p) {
  const hn::Rebind<std::int32_t, D> whole;
  const hn::Rebind<std::uint8_t, D> bytes;
  const auto argmax = hn::PromoteTo(whole, hn::LoadU(bytes, p));
  if constexpr (sizeof(Real) == sizeof(float))
    return hn::ConvertTo(d, argmax);
  else
    return hn::PromoteTo(d, argmax);
}

}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
