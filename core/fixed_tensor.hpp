#pragma once

#include <minnow/core/change_stamp.hpp>
#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <span>

namespace minnow::inline MINNOW_PRECISION {

/// A tensor whose shape is fixed when it is made: the value of a Parameter, the running mean of a BatchNorm. Every user
/// may change its elements. Nobody can change its shape, so a layer can rely on the shape.
class MINNOW_API FixedTensor {
 public:
  /// A tensor without a shape and without elements. The first assignment sets its shape.
  FixedTensor() = default;

  /// Zeros of the given shape. Throws ShapeError if the shape does not fit in memory.
  explicit FixedTensor(const Shape& shape);

  FixedTensor(const FixedTensor&) = default;
  FixedTensor(FixedTensor&& other) noexcept;  // leaves `other` without a shape
  ~FixedTensor() = default;

  /// Copies or moves the elements. An `other` without a shape changes nothing. Throws ShapeError if the shapes differ,
  /// unless this tensor has no shape yet.
  FixedTensor& operator=(const FixedTensor& other);
  FixedTensor& operator=(FixedTensor&& other);
  FixedTensor& operator=(const Tensor& values);

  /// Copies `values`, row by row: assign({1, 2, 3}). Throws ShapeError if their number is not size().
  void assign(const Values& values);

  /// Sets each element to `value`.
  void fill(Real value);

  /// Exchanges the elements of two tensors of the same shape without a copy. Throws ShapeError if the shapes differ.
  void swap(FixedTensor& other);

  /// Returns false if the tensor was made without a shape and nothing has been assigned to it.
  bool has_shape() const { return has_shape_; }

  const Shape& shape() const { return tensor_.shape(); }
  std::size_t dimension() const { return tensor_.dimension(); }
  std::size_t size() const { return has_shape_ ? tensor_.size() : 0; }
  Real* data() { return changing().data(); }
  const Real* data() const { return tensor_.data(); }

  /// Returns a number that changes when elements may have changed: with each access to elements that is not const.
  /// Prediction keeps the packed weights of a convolution until it changes. A pointer, reference or span must therefore
  /// not be used for changes after a prediction; access the elements anew.
  std::uint64_t stamp() const { return stamp_.get(); }

  /// The elements, row by row.
  std::span<Real> values() { return {data(), size()}; }
  std::span<const Real> values() const { return {data(), size()}; }

  Real* begin() { return data(); }
  Real* end() { return data() + size(); }
  const Real* begin() const { return data(); }
  const Real* end() const { return data() + size(); }

  /// The element at the given indices, which are not checked.
  template <class... Indices>
  Real& operator()(Indices... indices) {
    return changing()(indices...);
  }
  template <class... Indices>
  Real operator()(Indices... indices) const {
    return tensor_(indices...);
  }

  /// Returns true if shapes and elements are equal. Two tensors without a shape are equal.
  friend bool operator==(const FixedTensor& a, const FixedTensor& b) {
    return a.has_shape_ == b.has_shape_ && (!a.has_shape_ || a.tensor_ == b.tensor_);
  }
  friend bool operator==(const FixedTensor& a, const Tensor& b) { return a.has_shape_ && a.tensor_ == b; }

  const Tensor& tensor() const { return tensor_; }
  operator const Tensor&() const { return tensor_; }

 private:
  friend class Snapshot;  // restores the state of an optimizer to a state before its first step
  void reset();           // to a tensor without a shape

  void check_shape(const Shape& shape) const;
  Tensor& changing() {
    stamp_.clear();
    return tensor_;
  }

  Tensor tensor_;
  ChangeStamp stamp_;
  bool has_shape_ = false;
};

/// Prints the elements as those of a Tensor; "no tensor" if there is no shape.
MINNOW_API std::ostream& operator<<(std::ostream& out, const FixedTensor& tensor);

}  // namespace minnow::inline MINNOW_PRECISION
