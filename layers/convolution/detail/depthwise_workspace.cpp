#include <minnow/core/threading/threads.hpp>
#include <minnow/layers/convolution/detail/convolution_passes.hpp>
#include <minnow/layers/convolution/detail/depthwise_workspace.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using kernels::plane_slack;

constexpr std::size_t band_elements = 1 << 12;  // bands of x, of the gradient and of the results fit the L1 cache
constexpr std::size_t least_units = 16;         // of the backward pass, so that threads finish at the same time

/// Returns the layout of padded rows of `length` coordinates.
BandLayout band_layout(std::size_t height, std::size_t pad_top, std::size_t width, std::size_t pad, std::size_t stride,
                       std::size_t length) {
  const std::size_t lead = stride == 1 ? divide_up(pad, plane_slack) * plane_slack - pad : 0;  // aligns the plane
  const std::size_t phase = divide_up(length, stride) + plane_slack;
  const std::size_t pitch = divide_up(lead + stride * phase, plane_slack) * plane_slack;
  return {height, pad_top, {width, pad, stride, phase, pitch}, lead, 0};
}

}  // namespace

void BandLayout::fill(kernels::PlaneSeries<const Real> planes, std::size_t first, std::size_t rows, bool whole,
                      Real* bands) const {
  const std::size_t above = std::min(rows, pad_top - std::min(first, pad_top));
  const std::size_t from = std::min(first + above - pad_top, height), inside = std::min(rows - above, height - from);
  planes.data += from * row.width;
  kernels::split_rows(planes, inside, row, {bands + above * row.pitch + lead, planes.count, size});
  if (whole) return;
  std::fill_n(bands, above * row.pitch, Real{0});
  std::fill_n(bands + (above + inside) * row.pitch, (rows - above - inside) * row.pitch, Real{0});
}

void DepthwiseWorkspace::prepare(const ConvolutionGeometry& next, std::size_t n, bool backward) {
  const auto threads = static_cast<std::size_t>(num_threads());
  if (geometry == next && batch == n && square.has_value() <= kernels::can_load_windows() &&
      buffers_.size() == threads && backward_ >= backward)
    return;
  const ConvolutionGeometry& g = geometry = next;
  batch = n;
  backward_ = backward;
  if (!lay_out_squares()) lay_out_bands();
  results = g.out_image() + plane_slack;
  block = std::clamp<std::size_t>(band_elements / std::max(g.in_image(), g.out_each() * g.out_image()), 1, g.in);
  const std::size_t blocks = divide_up(g.in, block);
  shares = std::min(n, divide_up(least_units, blocks));
  sums = g.filter_size() * plane_slack * (square ? 1 : 2);
  if (backward && !square) lay_out_phases();
  if (backward) partial.resize(shares * g.out * (g.filter_size() + 1));
  buffers_.resize(threads);
  for (auto& own : buffers_) {
    if (!own) own = std::make_unique<Buffers>();
    own->images.assign(band_planes * images.size, Real{0});
    own->results.resize(g.out_each() * results);
    if (!backward) continue;
    own->gradient.assign(band_planes * g.out_each() * gradient.size, Real{0});
    own->dx.resize(g.phases() == 1 ? g.in_image() + plane_slack : band_rows * dx_row().pitch);
    own->sums.resize(block * g.out_each() * sums);
  }
}

/// Returns false if the geometry or the instruction set does not permit a SquareFilter.
bool DepthwiseWorkspace::lay_out_squares() {
  const ConvolutionGeometry& g = geometry;
  const std::size_t size = g.rows.kernel;
  const auto pads = [&](const ConvolutionAxis& axis) { return axis.pad_before < size && axis.pad_after < size; };
  square.reset();
  if (g.phases() != 1 || g.out_each() != 1 || g.columns.kernel != size || (size != 3 && size != 5 && size != 7) ||
      !pads(g.rows) || !pads(g.columns) || !kernels::can_load_windows())
    return false;
  square = {size,
            g.rows.in,
            g.columns.in,
            g.rows.pad_before,
            g.columns.pad_before,
            g.rows.pad_before + g.rows.pad_after,
            g.columns.pad_before + g.columns.pad_after};
  images = gradient = {};
  gradient.size = g.out_image();
  band_rows = g.rows.padded();
  band_planes = std::clamp<std::size_t>(band_elements / g.out_image(), 1, 16);
  return true;
}

void DepthwiseWorkspace::lay_out_bands() {
  const ConvolutionGeometry& g = geometry;
  const std::size_t top = (g.rows.kernel - 1) / g.rows.stride, left = (g.columns.kernel - 1) / g.columns.stride;
  images = band_layout(g.rows.in, g.rows.pad_before, g.columns.in, g.columns.pad_before, g.columns.stride,
                       g.columns.padded());
  gradient =
      band_layout(g.rows.out(), top, g.columns.out(), left, 1, left + divide_up(g.columns.padded(), g.columns.stride));
  const std::size_t all_rows = divide_up(g.rows.padded(), g.rows.stride);
  const std::size_t rows = band_elements / images.row.pitch;
  band_rows = std::max<std::size_t>(1, (rows - std::min(rows, g.rows.kernel)) / g.rows.stride);
  if (band_rows > 8) band_rows = band_rows / 8 * 8;
  band_rows = std::min(band_rows, all_rows);
  images.size = ((band_rows - 1) * g.rows.stride + g.rows.kernel) * images.row.pitch;
  gradient.size = (band_rows + top) * gradient.row.pitch;
  band_planes = band_rows < all_rows ? 1 : std::clamp<std::size_t>(band_elements / images.size, 1, 16);
  filter_columns.clear();
  for (std::size_t j = 0; j < g.columns.kernel; ++j)
    filter_columns.push_back({images.lead + images.row.position(j), j});
}

/// Coordinate u = stride a + f of the padded image receives the filter elements t = stride b + f of output a - b.
void DepthwiseWorkspace::lay_out_phases() {
  const ConvolutionGeometry& g = geometry;
  const auto elements = [](const ConvolutionAxis& axis, std::size_t phase) {
    return phase < axis.kernel ? divide_up(axis.kernel - phase, axis.stride) : 0;
  };
  first_column = g.columns.pad_before / g.columns.stride;
  columns = (g.columns.pad_before + g.columns.in - 1) / g.columns.stride + 1 - first_column;
  phases.resize(g.phases());
  for (std::size_t index = 0; index < phases.size(); ++index) {
    Phase& phase = phases[index];
    const std::size_t i = index / g.columns.stride, j = index % g.columns.stride;
    const std::size_t wide = elements(g.columns, j);
    phase.rows = elements(g.rows, i);
    phase.columns.clear();
    if (phase.rows == 0) continue;
    const std::size_t first = gradient.lead + (gradient.pad_top + 1 - phase.rows) * gradient.row.pitch;
    const std::size_t last_row = (i + (phase.rows - 1) * g.rows.stride) * g.columns.kernel;
    for (std::size_t out = 0; out < g.out_each(); ++out)
      for (std::size_t t = wide; t-- > 0;)
        phase.columns.push_back({out * gradient.size + first + gradient.row.pad - t,
                                 out * g.filter_size() + last_row + j + t * g.columns.stride});
  }
}

kernels::PaddedRow DepthwiseWorkspace::dx_row() const {
  const ConvolutionAxis& axis = geometry.columns;
  const std::size_t phase = columns + plane_slack;
  return {axis.in, axis.pad_before % axis.stride, axis.stride, phase, axis.stride * phase};
}

DepthwiseWorkspace::ThreadBuffers::ThreadBuffers(DepthwiseWorkspace& workspace) {
  for (std::size_t i = 0;; i = (i + 1) % workspace.buffers_.size()) {
    buffers_ = workspace.buffers_[i].get();
    if (!buffers_->in_use.exchange(true, std::memory_order_acquire)) return;
  }
}

void DepthwiseWorkspace::collect(const TrainedParameters& trained) const {
  const ConvolutionGeometry& g = geometry;
  const std::size_t elements = g.filter_size();
  const GradientOf weight(trained.weight), bias(trained.bias);
  const auto add = [&](Real beta, Real& to, std::size_t at) {
    double sum = 0;
    for (std::size_t share = 0; share < shares; ++share) sum += partial[share * g.out * (elements + 1) + at];
    to = static_cast<Real>(beta == 0 ? sum : static_cast<double>(beta * to) + sum);
  };
  std::size_t at = 0;
  for (std::size_t o = 0; o < g.out; ++o, ++at) {
    Real* const to = weight.data != nullptr ? weight.data + o * elements : nullptr;
    for (std::size_t j = 0; j < g.columns.kernel; ++j)
      for (std::size_t i = 0; i < g.rows.kernel; ++i, ++at)
        if (to != nullptr) add(weight.beta, to[i * g.columns.kernel + j], at);
    if (bias.data != nullptr) add(bias.beta, bias.data[o], at);
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
