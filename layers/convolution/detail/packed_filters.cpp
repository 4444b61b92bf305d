#include <minnow/layers/convolution/detail/convolution_passes.hpp>
#include <minnow/layers/convolution/detail/packed_filters.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

std::size_t scales_of(const ConvolutionGeometry& geometry, const Filters& filters) {
  return filters.scale != nullptr ? geometry.out : 0;
}

}  // namespace

bool PackedFilters::contains(const ConvolutionGeometry& geometry, const Filters& filters, std::size_t layout) const {
  return filters.stamp != 0 && stamp_ == filters.stamp && layout_ == layout && geometry_ == geometry &&
         std::equal(scale_.begin(), scale_.end(), filters.scale, filters.scale + scales_of(geometry, filters));
}

void PackedFilters::set(const ConvolutionGeometry& geometry, const Filters& filters, std::size_t layout) {
  stamp_ = 0;  // until nothing can throw
  scale_.assign(filters.scale, filters.scale + scales_of(geometry, filters));
  geometry_ = geometry;
  layout_ = layout;
  stamp_ = filters.stamp;
}

}  // namespace minnow::inline MINNOW_PRECISION
