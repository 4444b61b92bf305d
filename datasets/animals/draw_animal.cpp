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

/// Where a figure stands in the picture: turned, scaled, perhaps mirrored, and flipped, as y points down there.
class Place {
 public:
  // The diagonal of the figure, not its hip-to-shoulder length, is drawn at random: a horse is no larger than a cat.
  Place(const Figure& figure, Rng& rng)
      : middle_(0.5 * (figure.low() + figure.high())),
        centre_{0.5 + rng.uniform(-0.02, 0.02), 0.52 + rng.uniform(-0.02, 0.02)},
        scale_(rng.uniform(0.97, 1.06) / length(figure.high() - figure.low())),
        mirror_(rng.chance(0.5) ? -1 : 1),
        turn_(direction(rng.uniform(-3, 3) * degrees)) {}

  Vec to_picture(Vec p) const {
    const Vec q = scale_ * (p - middle_);
    return centre_ + Vec{mirror_ * (turn_.x * q.x - turn_.y * q.y), -(turn_.y * q.x + turn_.x * q.y)};
  }
  Vec to_figure(Vec p) const {
    const Vec q{mirror_ * (p.x - centre_.x), centre_.y - p.y};
    return middle_ + (1 / scale_) * Vec{turn_.x * q.x + turn_.y * q.y, turn_.x * q.y - turn_.y * q.x};
  }
  double scale() const { return scale_; }

 private:
  Vec middle_, centre_;
  double scale_, mirror_;
  Vec turn_;
};

/// A soft shadow on the ground; as wide for one kind of animal as for another.
void paint_shadow(Canvas& canvas, const Place& place, Rng& rng) {
  const Vec middle = place.to_picture({0.5, 0}) + Vec{rng.uniform(-0.06, 0.06), 0.01};
  const Vec half{rng.uniform(0.2, 0.36), 0};
  canvas.add({middle - half, middle + half, 0.025, 0.025});
  canvas.paint([](const Canvas::Surface&) { return Colour{0.05, 0.05, 0.08}; }, rng.uniform(0, 0.35), 0.05);
}

void paint_figure(Canvas& canvas, const Figure& figure, const Place& place, const Coat& coat, const Light& light) {
  for (const Figure::Part& part : figure.parts()) {
    for (const Limb& limb : figure.limbs(part))
      canvas.add({place.to_picture(limb.a), place.to_picture(limb.b), place.scale() * limb.radius_a,
                  place.scale() * limb.radius_b},
                 place.scale() * part.softness);
    canvas.paint([&](const Canvas::Surface& s) {
      return light.shade(coat(part.zone, place.to_figure(s.point), s.normal, canvas.pixel() / place.scale()), s.normal);
    });
  }
}

/// A triangular number in (-1023, 1023) from 20 random bits.
double grain(std::uint64_t bits) {
  return static_cast<double>(static_cast<std::int32_t>((bits & 1023) + (bits >> 10 & 1023)) - 1023);
}

void develop(const Canvas& canvas, const Light& light, Rng& rng, std::span<Real> rgb) {
  const std::size_t size = canvas.size(), plane = size * size;
  const double noise = rng.uniform(0, 0.06) / 1023;
  const Colour tint = light.tint();
  for (std::size_t row = 0; row < size; ++row)
    for (std::size_t column = 0; column < size; ++column) {
      const std::uint64_t bits = rng.bits();
      const Colour colour =
          canvas.at(row, column) * tint + noise * Colour{grain(bits), grain(bits >> 20), grain(bits >> 40)};
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
    throw ShapeError(format_text("draw_animal: expected room for (3, {0}, {0}) = {1} numbers, got {2}.", size,
                                 3 * size * size, rgb.size()));
  const Figure figure = pose_animal(animal, rng);
  const Place place(figure, rng);
  const Coat coat(animal, rng);
  const Light light(rng);
  const double feet = place.to_picture({0.5, 0}).y;

  Canvas canvas(size);
  paint_background(canvas, Contrast(coat.brightness(), rng), feet, rng);
  paint_shadow(canvas, place, rng);
  paint_figure(canvas, figure, place, coat, light);
  if (rng.chance(0.25)) paint_occluder(canvas, feet, light, rng);
  develop(canvas, light, rng, rgb);
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets
