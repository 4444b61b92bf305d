#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::detail {

/// Limits the elements of the FixedTensors that this thread makes while the object exists. A model file of 100 bytes
/// can describe layers that fill the memory.
class AllocationLimit {
 public:
  explicit AllocationLimit(std::size_t elements);
  AllocationLimit(const AllocationLimit&) = delete;
  AllocationLimit& operator=(const AllocationLimit&) = delete;
  ~AllocationLimit();

  /// Counts a FixedTensor of this shape. Throws ShapeError if it exceeds the limit of this thread.
  static void count(const Shape& shape);

 private:
  std::size_t before_;
};

}  // namespace minnow::inline MINNOW_PRECISION::detail
