#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/augment.hpp>
#include <minnow/datasets/detail/image_planes.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace minnow::inline MINNOW_PRECISION::augment {
namespace {

/// A point between four pixels: the pixel above and left of it, and the fractional distances from that pixel.
struct Point {
  std::ptrdiff_t y, x;
  Real fraction_y, fraction_x;

  Point(double exact_y, double exact_x)
      : y(floor(exact_y)),
        x(floor(exact_x)),
        fraction_y(static_cast<Real>(exact_y - static_cast<double>(y))),
        fraction_x(static_cast<Real>(exact_x - static_cast<double>(x))) {}

 private:
  static std::ptrdiff_t floor(double value) {  // std::floor is a function call on plain x86-64
    const auto towards_zero = static_cast<std::ptrdiff_t>(value);
    return towards_zero - (static_cast<double>(towards_zero) > value);
  }
};

Real interpolate(const Point& p, Real upper_left, Real upper_right, Real lower_left, Real lower_right) {
  const Real upper = upper_left + p.fraction_x * (upper_right - upper_left);
  const Real lower = lower_left + p.fraction_x * (lower_right - lower_left);
  return upper + p.fraction_y * (lower - upper);
}

/// Returns the plane's interpolated value at any point, also near or outside its edges.
Real value_at(const Real* plane, std::size_t height, std::size_t width, const Point& p, const Edge& edge) {
  const auto pixel = [&](std::ptrdiff_t y, std::ptrdiff_t x) {
    const bool inside =
        y >= 0 && x >= 0 && y < static_cast<std::ptrdiff_t>(height) && x < static_cast<std::ptrdiff_t>(width);
    return inside || edge.reflect ? plane[reflect(y, height) * width + reflect(x, width)]
                                  : static_cast<Real>(edge.fill);
  };
  return interpolate(p, pixel(p.y, p.x), pixel(p.y, p.x + 1), pixel(p.y + 1, p.x), pixel(p.y + 1, p.x + 1));
}

}  // namespace

Rotation::Rotation(double degrees, Edge edge) : degrees_(degrees), edge_(edge) {
  if (!(degrees >= 0 && degrees <= 180))
    throw ValueError(format_text("Rotation: expected degrees from 0 to 180, got {}.", degrees));
  if (!std::isfinite(edge.fill)) throw ValueError(format_text("Rotation: expected a finite fill, got {}.", edge.fill));
}

// The output pixel at (x', y') relative to the centre (W - 1, H - 1) / 2 is the input at the inversely rotated point:
//   x = x' cos - y' sin,   y = x' sin + y' cos   (a positive angle rotates counter-clockwise; y points down).
void Rotation::operator()(std::span<Real> sample, const Shape& shape, Rng& rng) {
  const ImagePlanes p("Rotation", sample, shape);
  const double angle = rng.uniform(-degrees_, degrees_) * std::numbers::pi / 180;
  image_.assign(sample.begin(), sample.end());
  if (sample.empty()) return;
  const double cosine = std::cos(angle), sine = std::sin(angle);
  const double middle_y = static_cast<double>(p.height - 1) / 2, middle_x = static_cast<double>(p.width - 1) / 2;
  const auto last_y = static_cast<std::ptrdiff_t>(p.height) - 1, last_x = static_cast<std::ptrdiff_t>(p.width) - 1;
  Real* to = sample.data();
  for (std::size_t row = 0; row < p.height; ++row) {
    const double y = static_cast<double>(row) - middle_y;
    for (std::size_t column = 0; column < p.width; ++column, ++to) {
      const double x = static_cast<double>(column) - middle_x;
      const Point from(middle_y + x * sine + y * cosine, middle_x + x * cosine - y * sine);
      const bool inside = from.y >= 0 && from.x >= 0 && from.y < last_y && from.x < last_x;
      const Real* plane = image_.data();
      if (inside) {
        const Real* at = plane + from.y * (last_x + 1) + from.x;
        for (std::size_t c = 0; c < p.channels; ++c, at += p.plane_size())
          to[c * p.plane_size()] = interpolate(from, at[0], at[1], at[last_x + 1], at[last_x + 2]);
      } else {
        for (std::size_t c = 0; c < p.channels; ++c, plane += p.plane_size())
          to[c * p.plane_size()] = value_at(plane, p.height, p.width, from, edge_);
      }
    }
  }
}

}  // namespace minnow::inline MINNOW_PRECISION::augment
