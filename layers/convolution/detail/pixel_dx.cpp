#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/convolution/detail/image_epilogue.hpp>
#include <minnow/layers/convolution/detail/pixel_correlation.hpp>
#include <minnow/layers/convolution/detail/pixel_dx.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// dx at every `step`-th row and column, as the output of a correlation of dy.
struct PhaseOfDx {
  PhaseOfDx(const ConvolutionGeometry& g, std::size_t index)
      : rows(gradient_phase(g.rows, index / g.columns.stride)),
        columns(gradient_phase(g.columns, index % g.columns.stride)),
        geometry{g.out_each(), g.in_each(), rows.axis, columns.axis} {}

  bool has_positions() const { return rows.axis.out > 0 && columns.axis.out > 0; }
  bool has_filters() const { return rows.axis.kernel > 0 && columns.axis.kernel > 0; }

  kernels::FilterOrder order(const ConvolutionGeometry& g, std::size_t group) const {
    const auto size = static_cast<std::ptrdiff_t>(g.filter_size()), taps = static_cast<std::ptrdiff_t>(g.taps());
    const auto width = static_cast<std::ptrdiff_t>(g.columns.kernel);
    const auto first = static_cast<std::ptrdiff_t>(group * g.out_each() * g.taps());
    return {g.out_each(),
            g.in_each(),
            rows.axis.kernel,
            columns.axis.kernel,
            first + rows.element * width + columns.element,
            size,
            taps,
            rows.element_step * width,
            columns.element_step};
  }

  GradientPhase rows, columns;
  PixelGeometry geometry;
};

/// Writes the results of one phase to dx, (N, in, H, W).
struct PhaseEpilogue final : ConvolutionEpilogue {
  PhaseEpilogue(const ConvolutionGeometry& geometry, const PhaseOfDx& its_phase, Real* its_dx)
      : g(geometry), phase(its_phase), dx(its_dx) {}

  const ConvolutionGeometry& g;
  const PhaseOfDx& phase;
  Real* dx;

  void store_results(ChannelImages at, kernels::Rows<const Real> results) const override {
    const std::size_t width = phase.columns.axis.out, step = phase.columns.step;
    const std::size_t row = phase.rows.step * g.columns.in, image = g.in * g.in_image();
    Real* to = dx + at.first * image + at.channel * g.in_image() +
               (phase.rows.first + at.top * phase.rows.step) * g.columns.in + phase.columns.first;
    if (step == 1) return kernels::copy_rows(results, {to, row, image}, {at.count, at.rows, width});
    for (std::size_t i = 0; i < at.count; ++i)
      for (std::size_t h = 0; h < at.rows; ++h)
        for (std::size_t w = 0; w < width; ++w)
          to[i * image + h * row + w * step] = results.data[i * results.image + h * results.row + w];
  }
  Target results_tensor() const override { return {g.phases() == 1 ? dx : nullptr}; }
  void load_gradient(ChannelImages, kernels::Rows<Real>) const override {}
};

}  // namespace

std::size_t dx_memory(const ConvolutionGeometry& g, std::size_t images, std::size_t workers) {
  std::size_t largest = 0;
  for (std::size_t index = 0; index < g.phases(); ++index) {
    const PhaseOfDx phase(g, index);
    if (!phase.has_positions() || !phase.has_filters()) continue;
    Arena arena;
    arena.take(packed_filters_size(phase.geometry));
    arena.take(correlation_memory(phase.geometry, output_planes(g, nullptr, 0), images, workers));
    largest = std::max(largest, arena.used());
  }
  return largest;
}

void correlate_dx(const ConvolutionGeometry& g, const Real* weight, const Real* dy, std::size_t images, Real* dx,
                  std::size_t workers, Real* memory) {
  bool has_zeros = false;  // positions that no output depends on
  for (std::size_t index = 0; index < g.phases() && !has_zeros; ++index) {
    const PhaseOfDx phase(g, index);
    has_zeros = phase.has_positions() && !phase.has_filters();
  }
  if (has_zeros)
    parallel_for(images * g.in * g.in_image(), light_grain,
                 [&](std::size_t begin, std::size_t end) { std::fill(dx + begin, dx + end, Real{0}); });
  for (std::size_t index = 0; index < g.phases(); ++index) {
    const PhaseOfDx phase(g, index);
    if (!phase.has_positions() || !phase.has_filters()) continue;
    const PhaseEpilogue epilogue(g, phase, dx);
    for (std::size_t group = 0; group < g.groups; ++group) {
      Arena arena(memory);
      Real* packed = arena.take(packed_filters_size(phase.geometry));
      pack_pixel_filters(phase.geometry, phase.order(g, group), weight, nullptr, packed);
      correlate({phase.geometry, output_planes(g, dy, group), images, packed, nullptr, epilogue, g.in,
                 group * g.in_each(), 0, workers},
                arena.rest());
    }
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
