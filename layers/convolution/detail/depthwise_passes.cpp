#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/convolution/detail/depthwise_passes.hpp>
#include <minnow/layers/detail/sum_kernel.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using Buffers = DepthwiseWorkspace::Buffers;

constexpr std::size_t plane_grain = 1 << 16;   // products of a grain
constexpr std::size_t large_image = 1 << 10;   // sums over larger images are added in double
constexpr std::size_t light_planes = 1 << 19;  // below this, a second thread costs more than it saves

/// Rows [row, row + rows) of `count` planes, which are consecutive in x.
struct Band {
  std::size_t plane, channel, count;
  std::size_t row, rows;
  bool whole;         // the planes have no other bands
  std::size_t later;  // planes that this thread computes later
};

/// A pass over some planes, with the buffers of a thread.
struct DepthwisePass {
  const DepthwiseWorkspace& workspace;
  const ConvolutionEpilogue& epilogue;
  Buffers& own;
  const ConvolutionGeometry& g = workspace.geometry;
  // Computed once, because divisions are slow.
  const std::size_t out_each = g.out_each(), height = g.rows.out(), width = g.columns.out(), out_image = height * width;
  const kernels::PlaneFilter filter{workspace.filter_columns.data(),
                                    g.columns.kernel,
                                    g.rows.kernel,
                                    workspace.images.row.pitch,
                                    g.rows.stride* workspace.images.row.pitch,
                                    static_cast<std::ptrdiff_t>(g.columns.kernel)};

  /// Calls body for the bands of the planes [begin, end), each of `height` rows.
  template <class Body>
  void for_each_band(std::size_t begin, std::size_t end, std::size_t all_rows, const Body& body) const {
    for (std::size_t plane = begin, count = 0; plane < end; plane += count) {
      const std::size_t channel = plane % g.in;
      count = std::min({workspace.band_planes, end - plane, g.in - channel});
      for (std::size_t row = 0; row < all_rows; row += workspace.band_rows)
        body(Band{plane, channel, count, row, std::min(workspace.band_rows, all_rows - row),
                  workspace.band_rows >= all_rows, end - plane - count});
    }
  }

  ChannelImages results_of(std::size_t plane, std::size_t m) const {
    return {plane % g.in * out_each + m, plane / g.in, 1, 0, height};
  }
  Real* results(std::size_t m) const { return own.results.data() + m * workspace.results; }

  /// Copies the part of x that the given rows of results depend on.
  kernels::PlaneSeries<const Real> fill_images(const Real* x, const Band& band, std::size_t rows) const {
    const kernels::PlaneSeries<const Real> planes{x + band.plane * g.in_image(), band.count, g.in_image()};
    if (workspace.square) return planes;
    workspace.images.fill(planes, band.row * g.rows.stride, (rows - 1) * g.rows.stride + g.rows.kernel, band.whole,
                          own.images.data());
    return {own.images.data(), band.count, workspace.images.size};
  }
};

// ------------------------------------------------------------------------------------------------------------- forward

struct DepthwiseForward : DepthwisePass {
  const Filters& filters;
  ConvolutionEpilogue::Target target = epilogue.results_tensor();
  Real* y = target.y;

  /// Computes the results of a plane and filter m.
  void compute(const Real* images, const Band& band, std::size_t i, std::size_t m, Real* to) const {
    const std::size_t channel = (band.channel + i) * out_each + m;
    correlate({images, 1, 0}, channel, {to + band.row * width, 1, 0}, band.rows);
  }

  void correlate(kernels::PlaneSeries<const Real> images, std::size_t channel, kernels::PlaneSeries<Real> to,
                 std::size_t rows) const {
    const auto of_channel = [&](const Real* values) { return values != nullptr ? values + channel : nullptr; };
    const Real* const weight = filters.weight + channel * filter.elements();
    kernels::PlaneEpilogue plane{of_channel(filters.scale), of_channel(filters.bias)};
    if (target.relu) plane.least = 0;
    if (workspace.square) return kernels::correlate_square(images, *workspace.square, weight, plane, to);
    kernels::correlate_planes(images, filter, {weight, 0, filter.elements()}, plane, to, {rows, width, width});
  }

  /// Returns the number of planes whose results can be written to y.
  std::size_t planes_in_place(const Band& band) const {
    if (y == nullptr) return 0;
    if (width % kernels::plane_slack == 0) return band.count;
    if (out_each > 1 && !band.whole) return 0;  // the planes of several filters are not written in order
    const std::size_t after = (kernels::plane_slack - 1) / (out_each * out_image) + 1;
    return band.count - std::min(band.count, after - std::min(after, band.later));
  }

  void run(const Real* x, std::size_t begin, std::size_t end) const {
    for_each_band(begin, end, height, [&](const Band& band) {
      const kernels::PlaneSeries<const Real> images = fill_images(x, band, band.rows);
      const std::size_t in_place = planes_in_place(band);
      Real* const to = y != nullptr ? y + band.plane * out_each * out_image : nullptr;
      if (in_place > 0 && out_each == 1)
        correlate({images.data, in_place, images.size}, band.channel, {to + band.row * width, in_place, out_image},
                  band.rows);
      else
        for (std::size_t k = 0; k < in_place * out_each; ++k)
          compute(images.data + k / out_each * images.size, band, k / out_each, k % out_each, to + k * out_image);
      for (std::size_t i = in_place; i < band.count; ++i)
        for (std::size_t m = 0; m < out_each; ++m) {
          compute(images.data + i * images.size, band, i, m, results(m));
          if (band.row + band.rows == height)
            epilogue.store_results(results_of(band.plane + i, m), {results(m), width, out_image});
        }
    });
  }
};

// ------------------------------------------------------------------------------------------------------------ backward

struct DepthwiseBackward : DepthwisePass {
  const Real* x;  // null if the filters are frozen
  Real* dx;       // may be null
  const Real* weight;
  const Real* dy = epilogue.gradient_tensor();

  /// Copies rows of the gradient of the results, and adds the gradients of the bias if the band is the first. Returns
  /// the planes of filter 0.
  kernels::PlaneSeries<const Real> fill_gradient(const Band& band, double* partial) const {
    const BandLayout& gradient = workspace.gradient;
    const Real* const all = dy != nullptr ? dy + band.plane * out_each * out_image : nullptr;
    for (std::size_t i = 0; i < band.count; ++i)
      for (std::size_t m = 0; m < out_each; ++m) {
        const std::size_t k = i * out_each + m, channel = band.channel * out_each + k;
        Real* const copy = own.gradient.data() + k * gradient.size;
        Real* const results = workspace.square ? copy : this->results(m);
        const Real* const plane = dy != nullptr ? all + k * out_image : results;
        if (dy == nullptr && band.row == 0)
          epilogue.load_gradient({channel, band.plane / g.in, 1, 0, height}, {results, width, out_image});
        if (band.row == 0) partial[(channel + 1) * (filter.elements() + 1) - 1] += kernels::sum(plane, out_image);
        if (!workspace.square) gradient.fill({plane, 1, 0}, band.row, band.rows + gradient.pad_top, band.whole, copy);
      }
    if (workspace.square && dy != nullptr) return {all, band.count, out_image};
    return {own.gradient.data(), band.count, out_each * gradient.size};
  }

  /// Correlates rows of the gradient with the filter elements of a phase. `channel` is that of the first plane.
  void correlate_phase(std::size_t index, kernels::PlaneSeries<const Real> gradient, std::size_t channel,
                       std::size_t row, kernels::PlaneSeries<Real> to, kernels::PlaneSize size) const {
    const std::size_t weights = out_each * filter.elements();
    if (workspace.square) {
      const kernels::SquareFilter& f = *workspace.square;
      const std::size_t most = f.size - 1;
      return kernels::correlate_square(gradient,
                                       {f.size, height, width, most - f.pad_top, most - f.pad_left,
                                        2 * most - f.pad_rows, 2 * most - f.pad_columns, true},
                                       weight + channel * weights, {}, to);
    }
    const DepthwiseWorkspace::Phase& phase = workspace.phases[index];
    const std::size_t pitch = workspace.gradient.row.pitch;
    gradient.data += row * pitch + workspace.first_column;
    kernels::correlate_planes(gradient,
                              {phase.columns.data(), phase.columns.size(), phase.rows, pitch, pitch,
                               -static_cast<std::ptrdiff_t>(g.rows.stride * g.columns.kernel)},
                              {weight + channel * weights, 0, weights}, {}, to, size);
  }

  /// Computes the rows of dx at the rows of the band in each phase.
  void compute_dx(const Band& band, kernels::PlaneSeries<const Real> gradient) const {
    const std::size_t stride = g.rows.stride, pad = g.rows.pad_before, in_width = g.columns.in, size = g.in_image();
    for (std::size_t f = 0; f < stride; ++f) {
      const auto until = [&](std::size_t u) { return u <= f ? 0 : (u - f + stride - 1) / stride; };  // coordinate u
      const std::size_t begin = std::max(band.row, until(pad));
      const std::size_t end = std::min(band.row + band.rows, until(pad + g.rows.in));
      if (begin >= end) continue;
      const std::size_t row = begin - band.row, rows = end - begin, first = begin * stride + f - pad;  // row of dx
      Real* const to = dx + band.plane * size + first * in_width;
      if (g.phases() == 1) {
        const kernels::PlaneSize out{rows, in_width, in_width};
        const std::size_t after = in_width % kernels::plane_slack == 0 ? 0 : (kernels::plane_slack - 1) / size + 1;
        const std::size_t in_place = band.count - std::min(band.count, after - std::min(after, band.later));
        correlate_phase(0, {gradient.data, in_place, gradient.size}, band.channel, row, {to, in_place, size}, out);
        for (std::size_t i = in_place; i < band.count; ++i) {
          correlate_phase(0, {gradient.data + i * gradient.size, 1, 0}, band.channel + i, row, {own.dx.data(), 1, 0},
                          out);
          std::copy_n(own.dx.data(), rows * in_width, to + i * size);
        }
        continue;
      }
      const kernels::PaddedRow phases = workspace.dx_row();
      for (std::size_t i = 0; i < band.count; ++i) {
        for (std::size_t j = 0; j < g.columns.stride; ++j)
          correlate_phase(f * g.columns.stride + j, {gradient.data + i * gradient.size, 1, 0}, band.channel + i, row,
                          {own.dx.data() + j * phases.phase, 1, 0}, {rows, workspace.columns, phases.pitch});
        kernels::merge_rows(own.dx.data(), phases, rows, to + i * size, stride * in_width);
      }
    }
  }

  void add_filter_gradients(const Band& band, kernels::PlaneSeries<const Real> gradient, std::size_t rows,
                            Real* sums) const {
    const BandLayout& layout = workspace.gradient;
    const kernels::PlaneSeries<const Real> images = fill_images(x, band, rows);
    const std::size_t distance = workspace.sums;
    if (workspace.square) return kernels::add_square(images, *workspace.square, gradient, {sums, 0, distance});
    gradient.data += layout.lead + layout.row.pad + layout.pad_top * layout.row.pitch;
    for (std::size_t m = 0; m < out_each; ++m, gradient.data += layout.size)
      kernels::add_products(images, filter, gradient, {rows, width, layout.row.pitch},
                            {sums + m * distance, 0, out_each * distance});
  }

  /// Adds the sums of some filters to the gradients `partial`, and sets them to 0. `sums` are those of filter `begin`.
  void add_totals(std::size_t begin, std::size_t filters, Real* sums, double* partial) const {
    partial += begin * (filter.elements() + 1);
    for (std::size_t f = 0; f < filters; ++f, partial += filter.elements() + 1)
      kernels::total_products(sums + f * workspace.sums, filter.elements(), workspace.square ? 0 : width, partial);
    std::fill_n(sums, filters * workspace.sums, Real{0});
  }

  /// Computes the planes [begin, end) of an image.
  void run(std::size_t begin, std::size_t end, double* partial) const {
    const std::size_t all_rows =
        (std::max(g.rows.pad_before + g.rows.in, g.rows.stride * height) - 1) / g.rows.stride + 1;
    for_each_band(begin, end, all_rows, [&](const Band& band) {
      const kernels::PlaneSeries<const Real> gradient = fill_gradient(band, partial);
      if (dx != nullptr) compute_dx(band, gradient);
      if (x == nullptr || band.row >= height) return;
      Real* const sums = own.sums.data() + (band.plane - begin) * out_each * workspace.sums;
      add_filter_gradients(band, gradient, std::min(band.rows, height - band.row), sums);
      if (out_image >= large_image) add_totals(band.channel * out_each, band.count * out_each, sums, partial);
    });
  }

  /// Computes the channels [begin, end) of some images, and adds the gradients of their parameters to `partial`.
  void run_unit(std::size_t first_image, std::size_t last_image, std::size_t begin, std::size_t end,
                double* partial) const {
    const std::size_t filters = (end - begin) * out_each;
    std::fill_n(own.sums.begin(), filters * workspace.sums, Real{0});
    for (std::size_t n = first_image; n < last_image; ++n) run(n * g.in + begin, n * g.in + end, partial);
    if (x != nullptr) add_totals(begin * out_each, filters, own.sums.data(), partial);
  }
};

std::size_t plane_products(const ConvolutionGeometry& g) {
  return g.in_image() + g.out_each() * g.out_image() * (g.filter_size() / 4 + 1);
}

}  // namespace

bool depthwise_supports(const ConvolutionGeometry& g) {
  return g.in_each() == 1 && g.out_each() < 4 && g.rows.dilation == 1 && g.columns.dilation == 1 &&
         g.columns.stride <= 4;
}

void depthwise_forward(const ConvolutionGeometry& geometry, const Filters& filters, const Real* x, std::size_t batch,
                       const ConvolutionEpilogue& epilogue, DepthwiseWorkspace& workspace) {
  if (batch == 0) return;
  workspace.prepare(geometry, batch, false);
  const std::size_t planes = batch * geometry.in, products = plane_products(geometry);
  const std::size_t grain = planes * products < light_planes ? planes : plane_grain / products + 1;
  parallel_for(planes, grain, [&](std::size_t begin, std::size_t end) {
    DepthwiseWorkspace::ThreadBuffers own(workspace);
    DepthwiseForward{{workspace, epilogue, *own}, filters}.run(x, begin, end);
  });
}

void depthwise_backward(const ConvolutionParts& parts, const Real* x, Real* dx, std::size_t batch,
                        const ConvolutionEpilogue& epilogue, DepthwiseWorkspace& workspace) {
  const ConvolutionGeometry& g = parts.geometry;
  const TrainedParameters trained = parts.trained();
  workspace.prepare(g, batch, true);
  std::fill(workspace.partial.begin(), workspace.partial.end(), 0.0);
  const std::size_t block = workspace.block, shares = workspace.shares, units = (g.in + block - 1) / block * shares;
  const bool light = batch * g.in * plane_products(g) < light_planes;
  parallel_for(units, light ? units : 1, [&](std::size_t from, std::size_t to) {
    DepthwiseWorkspace::ThreadBuffers own(workspace);
    const DepthwiseBackward pass{
        {workspace, epilogue, *own}, trained.weight != nullptr ? x : nullptr, dx, parts.weight->value.data()};
    for (std::size_t unit = from; unit < to; ++unit) {
      const std::size_t share = unit % shares, first = unit / shares * block;
      pass.run_unit(share * batch / shares, (share + 1) * batch / shares, first, std::min(first + block, g.in),
                    workspace.partial.data() + share * g.out * (g.filter_size() + 1));
    }
  });
  workspace.collect(trained);
}

}  // namespace minnow::inline MINNOW_PRECISION
