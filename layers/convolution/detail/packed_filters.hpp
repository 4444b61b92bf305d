#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/layers/convolution/detail/convolution_geometry.hpp>

#include <cstdint>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct Filters;

/// Filters that a prediction has packed, kept for the next prediction.
class PackedFilters {
 public:
  /// Returns true if `elements` contains these filters in this layout, which identifies their order in memory.
  bool contains(const ConvolutionGeometry& geometry, const Filters& filters, std::size_t layout) const;

  /// Records what `elements` contains, after the filters have been packed.
  void set(const ConvolutionGeometry& geometry, const Filters& filters, std::size_t layout);

  /// Records that `elements` may contain anything, and keeps the memory.
  void clear() { stamp_ = 0; }

  std::vector<Real, AlignedAllocator<Real>> elements;

 private:
  ConvolutionGeometry geometry_{};
  std::uint64_t stamp_ = 0;
  std::size_t layout_ = 0;
  std::vector<Real> scale_;
};

}  // namespace minnow::inline MINNOW_PRECISION
