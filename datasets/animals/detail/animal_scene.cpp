#include <minnow/datasets/animals/detail/animal_scene.hpp>
#include <minnow/datasets/animals/detail/texture.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace minnow::inline MINNOW_PRECISION::datasets::drawing {
namespace {

/// Returns a random colour with brightness in [low, high]. Warm colours are as frequent as on coats, so that warmth
/// does not reveal the animal.
Colour random_colour(Rng& rng, double low, double high) {
  const double grey = rng.uniform(low, high), warmth = rng.uniform(-0.12, 0.26);
  return {grey + 0.5 * warmth, grey + rng.uniform(-0.08, 0.08), grey - 0.5 * warmth};
}

Colour jitter(Colour colour, Rng& rng) { return rng.uniform(0.85, 1.15) * colour; }

/// Returns the colour, lightened or darkened until it has the required contrast to the figure.
Colour ensure_contrast(Colour colour, const Contrast& contrast) {
  const double own = std::max(luma(colour), 0.02);
  const double wanted = contrast.brightness + (contrast.lighter ? contrast.gap : -contrast.gap);
  if (contrast.lighter ? own >= wanted : own <= wanted) return colour;
  if (!contrast.lighter) return (std::max(wanted, 0.05) / own) * colour;
  return mix(colour, {1, 1, 1}, std::min((wanted - own) / (1 - own), 1.0));
}

struct Landscape {
  Colour sky_top, sky_bottom, ground;
};
constexpr std::array<Landscape, 6> landscapes{{
    {{0.42, 0.66, 0.90}, {0.80, 0.90, 0.96}, {0.45, 0.62, 0.30}},  // summer
    {{0.66, 0.72, 0.80}, {0.94, 0.92, 0.88}, {0.92, 0.93, 0.95}},  // snow
    {{0.72, 0.76, 0.78}, {0.93, 0.88, 0.74}, {0.86, 0.72, 0.47}},  // desert
    {{0.60, 0.40, 0.42}, {0.96, 0.68, 0.42}, {0.50, 0.36, 0.22}},  // sunset
    {{0.80, 0.74, 0.62}, {0.92, 0.86, 0.72}, {0.66, 0.45, 0.24}},  // autumn
    {{0.10, 0.13, 0.25}, {0.30, 0.26, 0.32}, {0.20, 0.18, 0.13}},  // night
}};

void paint_landscape(Canvas& canvas, const Contrast& contrast, double feet, Rng& rng) {
  Landscape place = landscapes[rng.below(landscapes.size())];
  for (Colour* colour : {&place.sky_top, &place.sky_bottom, &place.ground})
    *colour = ensure_contrast(jitter(*colour, rng), contrast);
  const double horizon = rng.uniform(0.25, feet - 0.05);
  const double hills = rng.uniform(0, 0.15), rough = rng.uniform(0.03, 0.12);
  const Texture texture(rng);
  const double blur = canvas.pixel();
  canvas.repaint([&](Vec p, Colour) {
    const double edge = horizon - hills * texture({4 * p.x, 0.5});
    const Colour sky = mix(place.sky_top, place.sky_bottom, p.y / horizon);
    const Colour land = (1 + rough * (texture({14 * p.x, 30 * p.y}) - 0.5) - 0.1 * (p.y - edge)) * place.ground;
    return mix(sky, land, smooth_step(edge - blur, edge + blur, p.y));
  });
}

void paint_meadow(Canvas& canvas, const Contrast& contrast, Rng& rng) {
  const bool dry = rng.chance(0.4);
  const Colour grass =
      ensure_contrast(jitter(dry ? Colour{0.78, 0.68, 0.42} : Colour{0.40, 0.60, 0.28}, rng), contrast);
  const double rough = rng.uniform(0.1, 0.35);
  const Texture texture(rng);
  canvas.repaint([&](Vec p, Colour) {
    const double blades = texture({40 * p.x + 3 * p.y, 9 * p.y}) + 0.5 * texture({11 * p.x, 5 * p.y + 3.5});
    return (1 + rough * (blades - 0.75) + 0.15 * (0.5 - p.y)) * grass;
  });
}

void paint_interior(Canvas& canvas, const Contrast& contrast, double feet, Rng& rng) {
  const Colour wall = ensure_contrast(random_colour(rng, 0.3, 0.9), contrast);
  const Colour floor =
      ensure_contrast(jitter(rng.chance(0.5) ? Colour{0.60, 0.42, 0.27} : Colour{0.55, 0.53, 0.52}, rng), contrast);
  const double skirting = rng.uniform(0.5, feet - 0.04), boards = rng.uniform(0, 0.12);
  const double paper = rng.chance(0.4) ? rng.uniform(0.03, 0.08) : 0;  // striped wallpaper
  const double stripes = rng.uniform(20, 50);
  const double blur = canvas.pixel();
  canvas.repaint([&](Vec p, Colour) {
    const Colour above = (1 + paper * std::sin(stripes * p.x)) * wall;
    const Colour below = (1 - boards * smooth_step(0.6, 0.9, std::sin(60 * p.y))) * floor;
    return mix(above, below, smooth_step(skirting - blur, skirting + blur, p.y));
  });
}

void paint_gradient(Canvas& canvas, const Contrast& contrast, bool plain, Rng& rng) {
  const Colour one = ensure_contrast(random_colour(rng, 0.1, 0.95), contrast);
  const Colour other = plain ? one : ensure_contrast(random_colour(rng, 0.1, 0.95), contrast);
  const Vec along = direction(rng.uniform(0, 2 * pi));
  canvas.repaint([&](Vec p, Colour) { return mix(one, other, smooth_step(-0.6, 0.6, dot(p - Vec{0.5, 0.5}, along))); });
}

void add_tuft(Canvas& canvas, Vec root, Rng& rng) {
  for (int blade = 0; blade < 9; ++blade) {
    const Vec foot = root + Vec{rng.uniform(-0.08, 0.08), 0.02};
    const Vec up = direction(rng.uniform(-110, -70) * degrees);
    const Vec tip = foot + rng.uniform(0.10, 0.26) * up;
    canvas.add({foot, tip, 0.014, 0.004});
  }
}

void add_bush(Canvas& canvas, Vec root, Rng& rng) {
  for (int leaf = 0; leaf < 7; ++leaf) {
    const Vec centre = root + Vec{rng.uniform(-0.09, 0.09), rng.uniform(-0.12, 0.01)};
    const double radius = rng.uniform(0.03, 0.06);
    canvas.add({centre, centre, radius, radius}, 0.01);
  }
}

void add_stone(Canvas& canvas, Vec root, Rng& rng) {
  const double half = rng.uniform(0.03, 0.09), radius = rng.uniform(0.04, 0.08);
  canvas.add({root - Vec{half, 0}, root + Vec{half, 0}, radius, 0.8 * radius});
}

}  // namespace

Light::Light(Rng& rng) {
  const double height = rng.uniform(0.5, 1.1);
  direction_ = {rng.uniform(-0.8, 0.8), -height};
  towards_viewer_ = rng.uniform(0.6, 1.2);
  const double norm = std::sqrt(dot(direction_, direction_) + towards_viewer_ * towards_viewer_);
  direction_ = (1 / norm) * direction_;
  towards_viewer_ /= norm;
  depth_ = rng.uniform(0.2, 0.5);
  const double warmth = rng.uniform(-0.07, 0.07);
  tint_ = rng.uniform(0.82, 1.08) * Colour{1 + warmth, 1, 1 - warmth};
}

Colour Light::shade(Colour colour, Vec normal) const {
  const double towards_viewer = std::sqrt(std::max(0.0, 1 - dot(normal, normal)));
  const double lit = std::max(0.0, dot(normal, direction_) + towards_viewer * towards_viewer_);
  return (1 + depth_ * (lit - 0.75)) * colour;
}

Contrast::Contrast(double figure, Rng& rng) : brightness(figure), lighter(figure < 0.5) {
  const bool either = rng.chance(0.5);
  if (figure > gap + 0.03 && figure < 1 - gap) lighter = either;  // both are possible, and no background is black
}

void paint_background(Canvas& canvas, const Contrast& contrast, double feet, Rng& rng) {
  switch (rng.below(6)) {
    case 0:
    case 1:
      return paint_landscape(canvas, contrast, feet, rng);
    case 2:
      return paint_meadow(canvas, contrast, rng);
    case 3:
      return paint_interior(canvas, contrast, feet, rng);
    case 4:
      return paint_gradient(canvas, contrast, false, rng);
    default:
      return paint_gradient(canvas, contrast, true, rng);
  }
}

void paint_occluder(Canvas& canvas, double feet, const Light& light, Rng& rng) {
  const Vec root{rng.uniform(0.1, 0.9), feet + rng.uniform(0.0, 0.05)};
  constexpr Colour leaves{0.30, 0.46, 0.20}, wood{0.45, 0.34, 0.24}, stone{0.55, 0.54, 0.52};
  Colour colour = leaves;
  switch (rng.below(4)) {
    case 0:
      add_tuft(canvas, root, rng);
      break;
    case 1:
      add_bush(canvas, root, rng);
      break;
    case 2:
      canvas.add({{root.x, rng.uniform(0.3, 0.6)}, {root.x, 1.1}, 0.022, 0.022});
      colour = wood;
      break;
    default:
      add_stone(canvas, root, rng);
      colour = stone;
  }
  colour = jitter(colour, rng);
  canvas.paint([&](const Canvas::Surface& s) { return light.shade(colour, s.normal); });
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
