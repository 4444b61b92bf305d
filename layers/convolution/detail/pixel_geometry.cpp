#include <minnow/layers/convolution/detail/pixel_geometry.hpp>

#include <algorithm>
#include <numeric>

namespace minnow::inline MINNOW_PRECISION {
namespace {

constexpr std::size_t winograd_channels = 16;  // fewer channels do not pay for the transforms

}  // namespace

bool PixelGeometry::winograd() const {
  const auto suits = [](const PixelAxis& a) { return a.kernel == 3 && a.step == 1 && a.dilation == 1; };
  return suits(rows) && suits(columns) && std::min(in, out) >= winograd_channels;
}

bool PixelGeometry::pointwise() const {
  const auto suits = [](const PixelAxis& a) { return a.kernel == 1 && a.step == 1 && a.start == 0 && a.in == a.out; };
  return suits(rows) && suits(columns);
}

bool PixelGeometry::in_place() const {
  constexpr std::size_t min_plane = 48, max_plane = 1024, cache_sets = 256;  // planes must not share cache sets
  const std::size_t plane = rows.in * columns.in;
  return pointwise() && plane >= min_plane && plane <= max_plane && plane % cache_sets != 0;
}

PixelGeometry forward_geometry(const ConvolutionGeometry& g) {
  const auto axis = [](const ConvolutionAxis& a) {
    return PixelAxis{a.in, a.out(), a.kernel, a.stride, a.dilation, -static_cast<std::ptrdiff_t>(a.pad_before)};
  };
  return {g.in_each(), g.out_each(), axis(g.rows), axis(g.columns)};
}

kernels::FilterOrder forward_order(const ConvolutionGeometry& g, std::size_t group) {
  const auto size = static_cast<std::ptrdiff_t>(g.filter_size()), taps = static_cast<std::ptrdiff_t>(g.taps());
  const auto first = static_cast<std::ptrdiff_t>(group * g.out_each() * g.taps());
  return {g.in_each(),
          g.out_each(),
          g.rows.kernel,
          g.columns.kernel,
          first,
          taps,
          size,
          static_cast<std::ptrdiff_t>(g.columns.kernel),
          1};
}

// x position h = q stride + index - pad_before is read by element t at output q - (t dilation - index) / stride, if
// that is whole. Descending elements read ascending outputs.
GradientPhase gradient_phase(const ConvolutionAxis& a, std::size_t index) {
  const std::size_t skipped = a.pad_before > index ? (a.pad_before - index + a.stride - 1) / a.stride : 0;  // q's
  GradientPhase phase{{a.out(), 0, 0, 1, 1, 0}, skipped * a.stride + index - a.pad_before, a.stride, 0, 0};
  if (phase.first < a.in) phase.axis.out = (a.in - 1 - phase.first) / a.stride + 1;
  const std::size_t common = std::gcd(a.stride, a.dilation), step = a.stride / common;
  std::size_t last = 0;
  for (std::size_t t = 0; t < a.kernel; ++t)
    if (a.phase(t) == index) {
      ++phase.axis.kernel;
      last = t;
    }
  phase.axis.dilation = a.dilation / common;
  phase.axis.start = static_cast<std::ptrdiff_t>(skipped) - static_cast<std::ptrdiff_t>(a.distance(last));
  phase.element = static_cast<std::ptrdiff_t>(last);
  phase.element_step = -static_cast<std::ptrdiff_t>(step);
  return phase;
}

}  // namespace minnow::inline MINNOW_PRECISION
