#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/animals/detail/animal_coat.hpp>
#include <minnow/datasets/animals/detail/animal_figure.hpp>
#include <minnow/datasets/animals/detail/animal_scene.hpp>
#include <minnow/datasets/animals/detail/canvas.hpp>
#include <minnow/datasets/animals/draw_animal.hpp>

#include <algorithm>
#include <cstdint>

namespace minnow::inline MINNOW_PRECISION::datasets {
namespace {

using namespace drawing;

/// Random transformation from figure to image coordinates: rotation, scaling, optional mirroring and translation. y
/// points up in the figure and down in the image.
class Placement {
 public:
  // The scale normalises the figure's diagonal, not its hip-to-shoulder length: horses are no larger than cats.
  Placement(const Figure& figure, Rng& rng)
      : middle_(0.5 * (figure.low() + figure.high())),
        centre_{0.5 + rng.uniform(-0.02, 0.02), 0.52 + rng.uniform(-0.02, 0.02)},
        scale_(rng.uniform(0.97, 1.06) / length(figure.high() - figure.low())),
        mirror_(rng.chance(0.5) ? -1 : 1),
        rotation_(direction(rng.uniform(-3, 3) * degrees)) {}

  Vec to_image(Vec p) const {
    const Vec q = scale_ * (p - middle_);
    return centre_ + Vec{mirror_ * (rotation_.x * q.x - rotation_.y * q.y), -(rotation_.y * q.x + rotation_.x * q.y)};
  }
  Vec to_figure(Vec p) const {
    const Vec q{mirror_ * (p.x - centre_.x), centre_.y - p.y};
    return middle_ + (1 / scale_) * Vec{rotation_.x * q.x + rotation_.y * q.y, rotation_.x * q.y - rotation_.y * q.x};
  }
  double scale() const { return scale_; }

 private:
  Vec middle_, centre_;
  double scale_, mirror_;
  Vec rotation_;
};

/// Paints a soft shadow on the ground. Its width has the same distribution for every animal.
void paint_shadow(Canvas& canvas, const Placement& placement, Rng& rng) {
  const Vec middle = placement.to_image({0.5, 0}) + Vec{rng.uniform(-0.06, 0.06), 0.01};
  const Vec half{rng.uniform(0.2, 0.36), 0};
  canvas.add({middle - half, middle + half, 0.025, 0.025});
  canvas.paint([](const Canvas::Surface&) { return Colour{0.05, 0.05, 0.08}; }, rng.uniform(0, 0.35), 0.05);
}

void paint_figure(Canvas& canvas, const Figure& figure, const Placement& placement, const Coat& coat,
                  const Light& light) {
  const double scale = placement.scale(), detail = canvas.pixel() / scale;
  for (const Figure::Part& part : figure.parts()) {
    for (const Limb& limb : figure.limbs(part))
      canvas.add({placement.to_image(limb.a), placement.to_image(limb.b), scale * limb.radius_a, scale * limb.radius_b},
                 scale * part.softness);
    canvas.paint([&](const Canvas::Surface& s) {
      return light.shade(coat(part.zone, placement.to_figure(s.point), s.normal, detail), s.normal);
    });
  }
}

/// Returns triangularly distributed noise in [-1023, 1023] from 20 random bits.
double triangular_noise(std::uint64_t bits) {
  return static_cast<double>(static_cast<std::int32_t>((bits & 1023) + (bits >> 10 & 1023)) - 1023);
}

/// Writes the canvas, tinted and with noise, to `rgb`, (3, size, size) in [0, 1].
void write_planes(const Canvas& canvas, const Light& light, Rng& rng, std::span<Real> rgb) {
  const std::size_t size = canvas.size(), plane = size * size;
  const double noise = rng.uniform(0, 0.06) / 1023;
  const Colour tint = light.tint();
  for (std::size_t row = 0; row < size; ++row)
    for (std::size_t column = 0; column < size; ++column) {
      const std::uint64_t bits = rng.bits();
      const Colour colour =
          canvas.at(row, column) * tint +
          noise * Colour{triangular_noise(bits), triangular_noise(bits >> 20), triangular_noise(bits >> 40)};
      const std::size_t i = row * size + column;
      rgb[i] = static_cast<Real>(std::clamp(colour.r, 0.0, 1.0));
      rgb[plane + i] = static_cast<Real>(std::clamp(colour.g, 0.0, 1.0));
      rgb[2 * plane + i] = static_cast<Real>(std::clamp(colour.b, 0.0, 1.0));
    }
}

}  // namespace

void draw_animal(Animal animal, std::size_t size, Rng rng, std::span<Real> rgb) {
  if (size < 8 || size > 16384)
    throw ValueError(format_text("draw_animal: expected a size from 8 to 16384, got {}.", size));
  if (rgb.size() != 3 * size * size)
    throw ShapeError(format_text("draw_animal: expected a buffer of (3, {0}, {0}) = {1} values, got {2}.", size,
                                 3 * size * size, rgb.size()));
  const Figure figure = pose_animal(animal, rng);
  const Placement placement(figure, rng);
  const Coat coat(animal, rng);
  const Light light(rng);
  const double feet = placement.to_image({0.5, 0}).y;

  Canvas canvas(size);
  paint_background(canvas, Contrast(coat.brightness(), rng), feet, rng);
  paint_shadow(canvas, placement, rng);
  paint_figure(canvas, figure, placement, coat, light);
  if (rng.chance(0.25)) paint_occluder(canvas, feet, light, rng);
  write_planes(canvas, light, rng, rgb);
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets
