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

constexpr std::size_t most = 1 << 16;  // pixels; beyond it nothing is meant, as by a -1

void check_probability(const char* who, double probability) {
  if (!(probability >= 0 && probability <= 1))
    throw ValueError(format_text("{}: expected a probability from 0 to 1, got {}.", who, probability));
}

void check_fill(const char* who, double fill) {
  if (!std::isfinite(fill)) throw ValueError(format_text("{}: expected a finite fill, got {}.", who, fill));
}

/// Between 0 and 1; NaN stays NaN.
Real cut_off(Real value) { return std::min(std::max(value, Real{0}), Real{1}); }

/// v becomes f v + other, between 0 and 1.
void blend(std::span<Real> values, double factor, double other) {
  const Real f = static_cast<Real>(factor), o = static_cast<Real>(other);
  for (Real& value : values) value = cut_off(f * value + o);
}

constexpr Real red_part = Real(0.299), green_part = Real(0.587), blue_part = Real(0.114);

double sum(std::span<const Real> values) {
  std::array<double, 8> lanes{};  // one would have each sum wait for the one before
  std::size_t i = 0;
  for (; i + lanes.size() <= values.size(); i += lanes.size())
    for (std::size_t k = 0; k < lanes.size(); ++k) lanes[k] += static_cast<double>(values[i + k]);
  for (; i < values.size(); ++i) lanes[0] += static_cast<double>(values[i]);
  return std::accumulate(lanes.begin(), lanes.end(), 0.0);
}

double mean_grey(const PicturePlanes& p) {
  const auto mean = [&](std::size_t c) {
    return sum({p.plane(c), p.plane_size()}) / static_cast<double>(std::max<std::size_t>(p.plane_size(), 1));
  };
  return p.channels == 1 ? mean(0) : 0.299 * mean(0) + 0.587 * mean(1) + 0.114 * mean(2);
}

void saturate(const PicturePlanes& p, double factor) {
  if (p.channels == 1) return;
  const Real f = static_cast<Real>(factor), rest = static_cast<Real>(1 - factor);
  Real* __restrict red = p.plane(0);
  Real* __restrict green = p.plane(1);
  Real* __restrict blue = p.plane(2);
  for (std::size_t i = 0, n = p.plane_size(); i < n; ++i) {
    const Real grey = rest * (red_part * red[i] + green_part * green[i] + blue_part * blue[i]);
    red[i] = cut_off(f * red[i] + grey);
    green[i] = cut_off(f * green[i] + grey);
    blue[i] = cut_off(f * blue[i] + grey);
  }
}

}  // namespace

Flip::Flip(double probability) : probability_(probability) { check_probability("Flip", probability); }

void Flip::operator()(std::span<Real> sample, const Shape& shape, Rng& rng) const {
  const PicturePlanes p("Flip", sample, shape);
  if (!rng.chance(probability_)) return;
  for (std::size_t c = 0; c < p.channels; ++c)
    for (std::size_t y = 0; y < p.height; ++y) std::reverse(p.row(c, y), p.row(c, y) + p.width);
}

ShiftedCrop::ShiftedCrop(std::size_t padding, Edge edge) : padding_(padding), edge_(edge) {
  if (padding > most)
    throw ValueError(format_text("ShiftedCrop: expected a padding of 0 to {}, got {}.", most, padding));
  check_fill("ShiftedCrop", edge.fill);
}

namespace {

/// to[x] = from[x + shift], and `edge` where there is no such pixel.
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
  const PicturePlanes p("ShiftedCrop", sample, shape);
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
      throw ValueError(format_text("ColourJitter: expected options that are finite and not negative, got {}.", range));
}

void ColourJitter::operator()(std::span<Real> sample, const Shape& shape, Rng& rng) const {
  const PicturePlanes p("ColourJitter", sample, shape);
  if (p.channels != 1 && p.channels != 3)
    throw ShapeError(format_text("ColourJitter: expected samples (1, H, W) or (3, H, W), got {}.", to_string(shape)));
  const std::array ranges{options_.brightness, options_.contrast, options_.saturation};
  std::array<std::size_t, 3> order{0, 1, 2};
  rng.shuffle(order);
  for (const std::size_t which : order) {
    if (ranges[which] == 0) continue;
    const double factor = rng.uniform(std::max(0.0, 1 - ranges[which]), 1 + ranges[which]);
    if (which == 0) blend(sample, factor, 0);
    if (which == 1) blend(sample, factor, (1 - factor) * mean_grey(p));
    if (which == 2) saturate(p, factor);
  }
}

Cutout::Cutout(std::size_t size, const CutoutOptions& options) : size_(size), options_(options) {
  if (size == 0 || size > most)
    throw ValueError(format_text("Cutout: expected a size of 1 to {}, got {}.", most, size));
  check_probability("Cutout", options.probability);
  check_fill("Cutout", options.fill);
}

void Cutout::operator()(std::span<Real> sample, const Shape& shape, Rng& rng) const {
  const PicturePlanes p("Cutout", sample, shape);
  if (sample.empty() || !rng.chance(options_.probability)) return;
  struct Range {
    std::size_t first, last;
  };
  const auto draw_range = [&](std::size_t extent) {  // of `size_` pixels around one of them, as far as there are any
    const std::size_t end = rng.below(extent) + size_ - size_ / 2;
    return Range{end < size_ ? 0 : end - size_, std::min(end, extent)};
  };
  const Range rows = draw_range(p.height), columns = draw_range(p.width);
  for (std::size_t c = 0; c < p.channels; ++c)
    for (std::size_t y = rows.first; y < rows.last; ++y)
      std::fill(p.row(c, y) + columns.first, p.row(c, y) + columns.last, static_cast<Real>(options_.fill));
}

}  // namespace minnow::inline MINNOW_PRECISION::augment
