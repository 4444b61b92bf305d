#include <minnow/datasets/canvas.hpp>

namespace minnow::inline MINNOW_PRECISION::datasets::drawing {

Texture::Texture(Rng& rng) {
  for (float& knot : knots_) knot = static_cast<float>(rng.uniform());
}

double Texture::operator()(Vec p) const {
  const double x = std::floor(p.x), y = std::floor(p.y);
  const double u = smooth_step(0, 1, p.x - x), v = smooth_step(0, 1, p.y - y);
  const auto wrap = [](double knot) {
    return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(knot)) & (period - 1);
  };
  const auto row = [&](double knot) {
    const float* knots = knots_.data() + wrap(knot) * period;
    return (1 - u) * knots[wrap(x)] + u * knots[wrap(x + 1)];
  };
  return (1 - v) * row(y) + v * row(y + 1);
}

Canvas::Canvas(std::size_t size) : size_(size), colours_(size * size), clay_(size * size) {}

Canvas::Box Canvas::pixels_near(const Limb& limb, double margin) const {
  const auto first = [&](double x) {
    return static_cast<std::size_t>(std::clamp(x / pixel(), 0.0, static_cast<double>(size_)));
  };
  const auto last = [&](double x) { return first(x + pixel()); };
  const double a = limb.radius_a + margin, b = limb.radius_b + margin;
  return {first(std::min(limb.a.y - a, limb.b.y - b)), last(std::max(limb.a.y + a, limb.b.y + b)),
          first(std::min(limb.a.x - a, limb.b.x - b)), last(std::max(limb.a.x + a, limb.b.x + b))};
}

// The smooth union is the quadratic smooth minimum of two distances: within `softness` of a tie, it digs below both by
// up to softness / 4, and blends the normals in the same proportion.
void Canvas::add(const Limb& limb, double softness) {
  const Box box = pixels_near(limb, softness + pixel());
  if (box.top >= box.bottom || box.left >= box.right) return;
  const Vec axis = limb.b - limb.a;
  const double inverse_square = 1 / std::max(dot(axis, axis), 1e-12);
  for (std::size_t row = box.top; row < box.bottom; ++row)
    for (std::size_t column = box.left; column < box.right; ++column) {
      const Vec from_a = centre(row, column) - limb.a;
      const double along = std::clamp(dot(from_a, axis) * inverse_square, 0.0, 1.0);
      const Vec off_axis = from_a - along * axis;
      const double radius = limb.radius_a + along * (limb.radius_b - limb.radius_a);
      const double distance = length(off_axis) - radius;
      const Vec normal = (1 / std::max(radius, 1e-9)) * off_axis;

      Clay& clay = clay_[row * size_ + column];
      const double tie = softness > 0 ? std::max(0.0, 1 - std::abs(clay.distance - distance) / softness) : 0;
      const double farther = tie * tie / 2;  // the share of the farther surface
      const double here = distance < clay.distance ? 1 - farther : farther;
      clay.distance = std::min(clay.distance, distance) - softness * tie * tie / 4;
      clay.normal = here * normal + (1 - here) * clay.normal;
    }
  const bool empty = touched_.top >= touched_.bottom;
  touched_ = empty ? box
                   : Box{std::min(touched_.top, box.top), std::max(touched_.bottom, box.bottom),
                         std::min(touched_.left, box.left), std::max(touched_.right, box.right)};
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
