#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/augment.hpp>
#include <minnow/datasets/detail/image_planes.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace minnow::inline MINNOW_PRECISION::augment {
namespace {

constexpr std::size_t max_pixels = 1 << 16;  // the limit also catches a -1 that was converted to size_t

void check_probability(const char* who, double probability) {
  if (!(probability >= 0 && probability <= 1))
    throw ValueError(format_text("{}: expected a probability from 0 to 1, got {}.", who, probability));
}

void check_fill(const char* who, double fill) {
  if (!std::isfinite(fill)) throw ValueError(format_text("{}: expected a finite fill, got {}.", who, fill));
}

/// Clamps to [0, 1] and propagates NaN.
Real clamp_to_unit(Real value) { return std::min(std::max(value, Real{0}), Real{1}); }

/// Computes v = clamp(f v + other, 0, 1).
void blend(std::span<Real> values, double factor, double other) {
  const Real f = static_cast<Real>(factor), o = static_cast<Real>(other);
  for (Real& value : values) value = clamp_to_unit(f * value + o);
}

constexpr Real red_weight = Real(0.299), green_weight = Real(0.587), blue_weight = Real(0.114);

double sum(std::span<const Real> values) {
  std::array<double, 8> lanes{};  // independent sums: with one sum each addition would wait for the previous one
  std::size_t i = 0;
  for (; i + lanes.size() <= values.size(); i += lanes.size())
    for (std::size_t k = 0; k < lanes.size(); ++k) lanes[k] += static_cast<double>(values[i + k]);
  for (; i < values.size(); ++i) lanes[0] += static_cast<double>(values[i]);
  return std::accumulate(lanes.begin(), lanes.end(), 0.0);
}

double mean_grey(const ImagePlanes& p) {
  const auto mean = [&](std::size_t c) {
    return sum({p.plane(c), p.plane_size()}) / static_cast<double>(std::max<std::size_t>(p.plane_size(), 1));
  };
  return p.channels == 1 ? mean(0) : 0.299 * mean(0) + 0.587 * mean(1) + 0.114 * mean(2);
}

void saturate(const ImagePlanes& p, double factor) {
  if (p.channels == 1) return;
  const Real f = static_cast<Real>(factor), rest = static_cast<Real>(1 - factor);
  Real* __restrict red = p.plane(0);
  Real* __restrict green = p.plane(1);
  Real* __restrict blue = p.plane(2);
  for (std::size_t i = 0, n = p.plane_size(); i < n; ++i) {
    const Real grey = rest * (red_weight * red[i] + green_weight * green[i] + blue_weight * blue[i]);
    red[i] = clamp_to_unit(f * red[i] + grey);
    green[i] = clamp_to_unit(f * green[i] + grey);
    blue[i] = clamp_to_unit(f * blue[i] + grey);
  }
}

}  // namespace

Flip::Flip(double probability) : probability_(probability) { check_probability("Flip", probability); }

void Flip::operator()(std::span<Real> sample, const Shape& shape, Rng& rng) const {
  const ImagePlanes p("Flip", sample, shape);
  if (!rng.chance(probability_)) return;
  for (std::size_t c = 0; c < p.channels; ++c)
    for (std::size_t y = 0; y < p.height; ++y) std::reverse(p.row(c, y), p.row(c, y) + p.width);
}

ShiftedCrop::ShiftedCrop(std::size_t padding, Edge edge) : padding_(padding), edge_(edge) {
  if (padding > max_pixels)
    throw ValueError(format_text("ShiftedCrop: expected a padding from 0 to {}, got {}.", max_pixels, padding));
  check_fill("ShiftedCrop", edge.fill);
}

namespace {

/// Writes to[x] = from[x + shift], or the value that `edge` gives if x + shift is outside the row.
void shift_row(const Real* from, Real* to, std::size_t width, std::ptrdiff_t shift, const Edge& edge) {
  const auto w = static_cast<std::ptrdiff_t>(width);
  const std::ptrdiff_t first = std::clamp<std::ptrdiff_t>(-shift, 0, w);
  const std::ptrdiff_t last = std::clamp<std::ptrdiff_t>(w - shift, first, w);
  const auto outside = [&](std::ptrdiff_t x) {
    return edge.reflect ? from[reflect(x + shift, width)] : static_cast<Real>(edge.fill);
  };
  for (std::ptrdiff_t x = 0; x < first; ++x) to[x] = outside(x);
  if (last > first) std::copy(from + first + shift, from + last + shift, to + first);
  for (std::ptrdiff_t x = last; x < w; ++x) to[x] = outside(x);
}

}  // namespace

void ShiftedCrop::operator()(std::span<Real> sample, const Shape& shape, Rng& rng) {
  const ImagePlanes p("ShiftedCrop", sample, shape);
  const auto draw_shift = [&] {
    return static_cast<std::ptrdiff_t>(rng.below(2 * padding_ + 1)) - static_cast<std::ptrdiff_t>(padding_);
  };
  const std::ptrdiff_t down = draw_shift(), right = draw_shift();
  const auto height = static_cast<std::ptrdiff_t>(p.height);
  plane_.resize(p.plane_size());
  for (std::size_t c = 0; c < p.channels; ++c) {
    std::copy_n(p.plane(c), p.plane_size(), plane_.data());
    for (std::ptrdiff_t y = 0; y < height; ++y) {
      Real* to = p.row(c, static_cast<std::size_t>(y));
      const std::ptrdiff_t from = y + down;
      if ((from < 0 || from >= height) && !edge_.reflect)
        std::fill_n(to, p.width, static_cast<Real>(edge_.fill));
      else
        shift_row(plane_.data() + reflect(from, p.height) * p.width, to, p.width, right, edge_);
    }
  }
}

ColourJitter::ColourJitter(const ColourJitterOptions& options) : options_(options) {
  for (const double range : {options.brightness, options.contrast, options.saturation})
    if (!(range >= 0) || std::isinf(range))
      throw ValueError(format_text("ColourJitter: expected finite, non-negative options, got {}.", range));
}

void ColourJitter::operator()(std::span<Real> sample, const Shape& shape, Rng& rng) const {
  const ImagePlanes p("ColourJitter", sample, shape);
  if (p.channels != 1 && p.channels != 3)
    throw ShapeError(format_text("ColourJitter: expected samples (1, H, W) or (3, H, W), got {}.", to_string(shape)));
  const std::array ranges{options_.brightness, options_.contrast, options_.saturation};
  std::array<std::size_t, 3> order{0, 1, 2};
  rng.shuffle(order);
  for (const std::size_t change : order) {
    if (ranges[change] == 0) continue;
    const double factor = rng.uniform(std::max(0.0, 1 - ranges[change]), 1 + ranges[change]);
    if (change == 0) blend(sample, factor, 0);
    if (change == 1) blend(sample, factor, (1 - factor) * mean_grey(p));
    if (change == 2) saturate(p, factor);
  }
}

Cutout::Cutout(std::size_t size, const CutoutOptions& options) : size_(size), options_(options) {
  if (size == 0 || size > max_pixels)
    throw ValueError(format_text("Cutout: expected a size from 1 to {}, got {}.", max_pixels, size));
  check_probability("Cutout", options.probability);
  check_fill("Cutout", options.fill);
}

void Cutout::operator()(std::span<Real> sample, const Shape& shape, Rng& rng) const {
  const ImagePlanes p("Cutout", sample, shape);
  if (sample.empty() || !rng.chance(options_.probability)) return;
  struct Range {
    std::size_t first, last;
  };
  const auto draw_range = [&](std::size_t extent) {  // `size_` pixels around a random centre, clipped to [0, extent)
    const std::size_t end = rng.below(extent) + size_ - size_ / 2;
    return Range{end < size_ ? 0 : end - size_, std::min(end, extent)};
  };
  const Range rows = draw_range(p.height), columns = draw_range(p.width);
  for (std::size_t c = 0; c < p.channels; ++c)
    for (std::size_t y = rows.first; y < rows.last; ++y)
      std::fill(p.row(c, y) + columns.first, p.row(c, y) + columns.last, static_cast<Real>(options_.fill));
}

}  // namespace minnow::inline MINNOW_PRECISION::augment
