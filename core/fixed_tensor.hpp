#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <span>

namespace minnow::inline MINNOW_PRECISION {

/// A tensor whose shape is fixed when it is made: the value of a Parameter, the running mean of a BatchNorm. Its elements
/// may be changed by anyone, its shape by no one, so that a layer can rely on it.
class MINNOW_API FixedTensor {
 public:
  FixedTensor() = default;  // without a shape, which the first assignment gives it

  /// Zeros of the given shape.
  explicit FixedTensor(const Shape& shape) : tensor_(zeros(shape)), has_shape_(true) {}

  FixedTensor(const FixedTensor&) = default;
  FixedTensor(FixedTensor&& other) noexcept;  // leaves `other` without a shape
  ~FixedTensor() = default;

  /// Copies the elements. Throws ShapeError if the shapes differ, unless this tensor has no shape yet.
  FixedTensor& operator=(const FixedTensor& other);
  FixedTensor& operator=(FixedTensor&& other);
  FixedTensor& operator=(const Tensor& values);

  /// Copies `values`, row by row. Throws ShapeError if their number is not size().
  void assign(std::span<const Real> values) { copy_into(tensor_, values); }

  void fill(Real value) { tensor_.fill(value); }

  /// Exchanges the elements of two tensors of the same shape without copying them. Throws ShapeError if the shapes differ.
  void swap(FixedTensor& other);

  /// False for a tensor that was made without a shape and not assigned to.
  bool has_shape() const { return has_shape_; }

  /// Back to a tensor without a shape. For state that is allocated at its first use.
  void reset();

  const Shape& shape() const { return tensor_.shape(); }
  std::size_t dimension() const { return tensor_.dimension(); }
  std::size_t size() const { return has_shape_ ? tensor_.size() : 0; }
  Real* data() { return tensor_.data(); }
  const Real* data() const { return tensor_.data(); }

  /// The elements, row by row.
  std::span<Real> values() { return {data(), size()}; }
  std::span<const Real> values() const { return {data(), size()}; }

  Real* begin() { return data(); }
  Real* end() { return data() + size(); }
  const Real* begin() const { return data(); }
  const Real* end() const { return data() + size(); }

  template <class... Indices>
  Real& operator()(Indices... indices) {
    return tensor_(indices...);
  }
  template <class... Indices>
  Real operator()(Indices... indices) const {
    return tensor_(indices...);
  }

  friend bool operator==(const FixedTensor& a, const FixedTensor& b) { return a.tensor_ == b.tensor_; }
  friend bool operator==(const FixedTensor& a, const Tensor& b) { return a.tensor_ == b; }

  const Tensor& tensor() const { return tensor_; }
  operator const Tensor&() const { return tensor_; }

 private:
  void check_shape(const Shape& shape) const;

  Tensor tensor_;
  bool has_shape_ = false;
};

}  // namespace minnow::inline MINNOW_PRECISION
