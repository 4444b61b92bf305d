#include <minnow/datasets/animals/detail/canvas.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace minnow::inline MINNOW_PRECISION::datasets::drawing {
namespace {

/// A limb in single precision, with values that are common to all pixels.
struct Stroke {
  Stroke(const Limb& limb, double softness_)
      : ax(static_cast<float>(limb.a.x)),
        ay(static_cast<float>(limb.a.y)),
        axis_x(static_cast<float>(limb.b.x - limb.a.x)),
        axis_y(static_cast<float>(limb.b.y - limb.a.y)),
        inverse_square(static_cast<float>(1 / std::max(dot(limb.b - limb.a, limb.b - limb.a), 1e-12))),
        radius(static_cast<float>(limb.radius_a)),
        growth(static_cast<float>(limb.radius_b - limb.radius_a)),
        softness(static_cast<float>(softness_)),
        sharpness(static_cast<float>(1 / std::max(softness_, 1e-9))) {}
  float ax, ay, axis_x, axis_y, inverse_square, radius, growth, softness, sharpness;
};

// The smooth union is the quadratic smooth minimum of two distances: if they differ by less than `softness`, the result
// is smaller than both, by up to softness / 4. The normals are blended in the same proportion.
// Most of the drawing time is spent here, so the loop over a row has no branches and is vectorised.
void add_row(const Stroke& s, Vec left, double pixel, std::size_t count, float* __restrict distances,
             float* __restrict normals_x, float* __restrict normals_y) {
  const float x = static_cast<float>(left.x) - s.ax, y = static_cast<float>(left.y) - s.ay;
  const float step = static_cast<float>(pixel);
  for (std::size_t i = 0; i < count; ++i) {
    const float from_x = x + static_cast<float>(static_cast<std::int32_t>(i)) * step;
    float along = (from_x * s.axis_x + y * s.axis_y) * s.inverse_square;
    along = along > 0 ? along : 0;
    along = along < 1 ? along : 1;
    const float off_x = from_x - along * s.axis_x, off_y = y - along * s.axis_y;
    const float radius = s.radius + along * s.growth;
    const float distance = std::sqrt(off_x * off_x + off_y * off_y) - radius;
    const float lean = 1 / (radius > 1e-9F ? radius : 1e-9F);

    const float before = distances[i];
    float tie = 1 - std::abs(before - distance) * s.sharpness;
    tie = tie > 0 ? tie * tie : 0;
    const float nearer = distance < before ? distance : before;
    const float farther = tie / 2;  // the share of the farther surface
    const float here = distance < before ? 1 - farther : farther;
    distances[i] = nearer - s.softness * tie / 4;
    normals_x[i] = here * (lean * off_x) + (1 - here) * normals_x[i];
    normals_y[i] = here * (lean * off_y) + (1 - here) * normals_y[i];
  }
}

}  // namespace

Canvas::Canvas(std::size_t size)
    : size_(size), colours_(size * size), distance_(size * size, far), normal_x_(size * size), normal_y_(size * size) {}

Canvas::Box Canvas::pixels_near(const Limb& limb, double margin) const {
  const auto first = [&](double x) {
    return static_cast<std::size_t>(std::clamp(x / pixel(), 0.0, static_cast<double>(size_)));
  };
  const auto last = [&](double x) { return first(x + pixel()); };
  const double a = limb.radius_a + margin, b = limb.radius_b + margin;
  return {first(std::min(limb.a.y - a, limb.b.y - b)), last(std::max(limb.a.y + a, limb.b.y + b)),
          first(std::min(limb.a.x - a, limb.b.x - b)), last(std::max(limb.a.x + a, limb.b.x + b))};
}

void Canvas::add(const Limb& limb, double softness) {
  const Box box = pixels_near(limb, softness + pixel());
  if (box.top >= box.bottom || box.left >= box.right) return;
  const Stroke stroke(limb, softness);
  for (std::size_t row = box.top; row < box.bottom; ++row) {
    const std::size_t first = row * size_ + box.left;
    add_row(stroke, centre(row, box.left), pixel_, box.right - box.left, &distance_[first], &normal_x_[first],
            &normal_y_[first]);
  }
  const bool empty = touched_.top >= touched_.bottom;
  touched_ = empty ? box
                   : Box{std::min(touched_.top, box.top), std::max(touched_.bottom, box.bottom),
                         std::min(touched_.left, box.left), std::max(touched_.right, box.right)};
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
