#pragma once

#include <minnow/core/precision.hpp>

#if __has_include(<xtensor/containers/xarray.hpp>)  // xtensor 0.26 and later
#include <xtensor/containers/xarray.hpp>
#else
#include <xtensor/xarray.hpp>
#endif

#include <cstddef>
#include <initializer_list>
#include <iosfwd>
#include <new>
#include <span>
#include <string>
#include <type_traits>
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

template <class T>
concept Arithmetic = std::is_arithmetic_v<T>;

/// A contiguous range of numbers: a std::vector<double>, a std::array<int, 4>, a std::span<const float>.
template <class T>
concept ArithmeticRange = Arithmetic<typename decltype(std::span(std::declval<const T&>()))::value_type>;

/// Numbers of any arithmetic type, as an argument of `from`, `copy_into` and `assign`: nested lists such as
/// {{0, 1}, {1, 0}}, a contiguous range such as a std::vector<double>, a list of ranges, or one number. It refers to
/// the numbers, so it is not for variables.
class MINNOW_API Values {
 public:
  /// The shape is that of the lists: (2, 2) for {{0, 1}, {1, 0}}. Throws ShapeError if the items of a list differ in
  /// shape.
  Values(std::initializer_list<Values> items);

  /// The shape is (count).
  template <Arithmetic Number>
  Values(const Number* data, std::size_t count) : data_(data), count_(count), copy_(copy<Number>) {
    shape_.push_back(count);
  }

  /// The shape is (5) for five elements, or the array's own: (3, 4) for an xt::xarray of this shape.
  template <ArithmeticRange Range>
  Values(const Range& range) : Values(std::span(range).data(), std::span(range).size()) {
    if constexpr (requires { range.shape().begin(); }) shape_.assign(range.shape().begin(), range.shape().end());
  }

  /// The shape is ().
  template <Arithmetic Number>
  Values(const Number& number) : data_(&number), count_(1), copy_(copy<Number>) {}

  Values(const Values&) = delete;
  Values& operator=(const Values&) = delete;

  const Shape& shape() const { return shape_; }

  /// Returns the number of elements.
  std::size_t size() const { return num_elements(shape_); }

  /// Writes size() elements, row by row. Returns the end of `out`.
  Real* copy_to(Real* out) const { return copy_(data_, count_, out); }

 private:
  template <class T>
  static Real* copy(const void* data, std::size_t count, Real* out) {
    const T* from = static_cast<const T*>(data);
    for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<Real>(from[i]);
    return out + count;
  }
  static Real* copy_items(const void* data, std::size_t count, Real* out);

  Shape shape_;
  const void* data_;  // `count_` items or elements
  std::size_t count_;
  Real* (*copy_)(const void* data, std::size_t count, Real* out);
};

/// Returns a tensor with a copy of `values`: from({{0, 1}, {1, 0}}) has shape (2, 2), from(std::vector<int>(5)) has
/// shape (5). Throws ShapeError if the items of a list differ in shape.
MINNOW_API Tensor from(const Values& values);

/// Returns a tensor of the given shape with a copy of `values`, row by row. Throws ShapeError if the counts differ.
MINNOW_API Tensor from(const Values& values, const Shape& shape);

/// Overwrites the tensor with `values`, row by row. Throws ShapeError if the counts differ.
MINNOW_API void copy_into(Tensor& tensor, const Values& values);

/// Prints elements and shape, as PyTorch does: "tensor([[0., 1.], [1., 0.]], shape=(2, 2))", with a line for each row.
/// Of more than 1000 elements, it prints the first and the last three along each axis.
template <class T>
MINNOW_API std::ostream& operator<<(std::ostream& out, const BasicTensor<T>& tensor);

/// Prints to_string(shape).
MINNOW_API std::ostream& operator<<(std::ostream& out, const Shape& shape);

/// Changes the shape of the tensor. The elements are unspecified after a change of size. Allocates only if the size
/// exceeds every earlier size of the tensor, and then exactly the new size.
MINNOW_API void resize(Tensor& tensor, const Shape& shape);

}  // namespace minnow::inline MINNOW_PRECISION
