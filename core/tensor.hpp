#pragma once

#include <minnow/core/precision.hpp>

#if __has_include(<xtensor/containers/xarray.hpp>)  // xtensor 0.26 and later
#include <xtensor/containers/xarray.hpp>
#else
#include <xtensor/xarray.hpp>
#endif

#include <cstddef>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Allocates memory aligned to cache lines. New elements are not initialised.
template <class T>
struct AlignedAllocator {
  using value_type = T;
  static constexpr std::align_val_t alignment{64};

  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) noexcept {}

  T* allocate(std::size_t n) {
    if (n > static_cast<std::size_t>(-1) / sizeof(T)) throw std::bad_array_new_length();
    return static_cast<T*>(::operator new(n * sizeof(T), alignment));
  }
  void deallocate(T* p, std::size_t) noexcept { ::operator delete(p, alignment); }

  template <class U>
  void construct(U* p) noexcept {
    ::new (static_cast<void*>(p)) U;
  }
  template <class U, class... Args>
  void construct(U* p, Args&&... args) {
    ::new (static_cast<void*>(p)) U(std::forward<Args>(args)...);
  }
  friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) noexcept { return true; }
};

/// The extents of a tensor, slowest axis first: (N, C, H, W). Up to eight axes need no heap memory.
using Shape = xt::svector<std::size_t, 8, std::allocator<std::size_t>, true>;

/// A dense row-major xtensor array with any number of axes. All template arguments are explicit, so a consumer's
/// XTENSOR_DEFAULT_* macros cannot change the type. The storage is a std::vector, which keeps its capacity if it
/// shrinks: after the largest batch, a buffer never allocates again.
template <class T>
using BasicTensor = xt::xarray_container<std::vector<T, AlignedAllocator<T>>, xt::layout_type::row_major, Shape>;

using Tensor = BasicTensor<Real>;
using DoubleTensor = BasicTensor<double>;

/// Returns the shape as text: "(64, 3, 32, 32)", or "()" for a scalar.
MINNOW_API std::string to_string(const Shape& shape);

/// Returns the product of the extents; 1 for a scalar. Throws ShapeError if the product does not fit in a size_t.
MINNOW_API std::size_t num_elements(const Shape& shape);

/// Returns a tensor of the given shape filled with zeros.
MINNOW_API Tensor zeros(const Shape& shape);

/// Returns a tensor of the given shape with a copy of `values`, row by row. Throws ShapeError if the counts differ.
MINNOW_API Tensor from(std::span<const Real> values, const Shape& shape);

/// Overwrites the tensor with `values`, row by row. Throws ShapeError if the counts differ.
MINNOW_API void copy_into(Tensor& tensor, std::span<const Real> values);

/// Changes the shape of the tensor. The elements are unspecified after a change of size. Allocates only if the size
/// exceeds every earlier size of the tensor, and then exactly the new size.
MINNOW_API void resize(Tensor& tensor, const Shape& shape);

}  // namespace minnow::inline MINNOW_PRECISION
