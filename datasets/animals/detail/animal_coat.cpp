#include <minnow/datasets/animals/detail/animal_coat.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace minnow::inline MINNOW_PRECISION::datasets::drawing {
namespace {

constexpr std::array<Colour, 10> coats{{{0.13, 0.12, 0.13},    // black
                                        {0.29, 0.20, 0.14},    // dark brown
                                        {0.31, 0.34, 0.39},    // slate
                                        {0.48, 0.30, 0.19},    // chestnut
                                        {0.47, 0.46, 0.46},    // grey
                                        {0.66, 0.51, 0.35},    // tan
                                        {0.82, 0.65, 0.40},    // golden
                                        {0.71, 0.74, 0.78},    // silver
                                        {0.88, 0.79, 0.64},    // cream
                                        {0.93, 0.92, 0.90}}};  // white
constexpr std::size_t first_spotted = 2;                       // spots would be invisible on the darker coats
constexpr Colour soot{0.10, 0.07, 0.06}, chalk{0.94, 0.92, 0.88};

}  // namespace

Coat::Coat(Animal animal, Rng& rng) : texture_(rng) {
  const bool spotted = animal == Animal::cheetah;
  const std::size_t first = spotted ? first_spotted : 0;
  const Colour coat = coats[first + rng.below(coats.size() - first)];
  base_ = rng.uniform(0.88, 1.06) * coat;
  belly_ = rng.uniform(0, 0.5);
  const bool light = luma(base_) > 0.4;
  mane_ = rng.chance(0.6) ? mix(base_, soot, rng.uniform(0.4, 0.9)) : mix(base_, chalk, light ? 0.5 : 0.25);
  eye_ = rng.chance(0.5) ? soot : Colour{0.25, 0.18, 0.06};
  mark_ = light ? mix(base_, soot, rng.uniform(0.5, 0.8)) : mix(base_, chalk, rng.uniform(0.6, 0.9));
  threshold_ = rng.uniform(0.5, 0.62);
  if (spotted) {
    marking_ = Marking::spots;
    mark_ = mix(base_, soot, rng.uniform(0.85, 1));
  } else if (rng.chance(0.4)) {
    marking_ = Marking::patches;
  } else if (animal == Animal::dog && rng.chance(0.4)) {
    marking_ = Marking::saddle;
  } else if (animal == Animal::cat && rng.chance(0.5)) {
    marking_ = Marking::stripes;
    mark_ = mix(base_, light ? soot : chalk, 0.5);
  }
}

// One spot in each cell of a lattice with staggered rows; position and size of the spots are jittered.
double Coat::spots(Vec point, double detail) const {
  constexpr double spacing = 0.17, radius = 0.055;
  double nearest = 1e9;
  const std::int64_t row = floor_index(point.y / spacing);
  for (std::int64_t i = row - 1; i <= row + 1; ++i) {
    const double stagger = (i & 1) == 0 ? 0 : 0.5;
    const std::int64_t column = floor_index(point.x / spacing - stagger);
    for (std::int64_t j = column - 1; j <= column + 1; ++j) {
      const Vec jitter{texture_.knot(i, j) - 0.5, texture_.knot(j + 7, i) - 0.5};
      const Vec cell{static_cast<double>(j) + stagger + 0.5, static_cast<double>(i) + 0.5};
      const double size = radius * (0.75 + 0.5 * texture_.knot(i + 3, j + 5));
      nearest = std::min(nearest, length(point - spacing * (cell + 0.5 * jitter)) - size);
    }
  }
  return 1 - smooth_step(-0.5 * detail, 0.5 * detail, nearest);
}

Colour Coat::fur(Vec point, double detail) const {
  double amount = 0;
  switch (marking_) {
    case Marking::none:
      break;
    case Marking::patches: {
      const double edge = 0.03 + detail;
      amount = smooth_step(threshold_ - edge, threshold_ + edge, texture_(2.6 * point));
      break;
    }
    case Marking::saddle:
      amount = smooth_step(-0.03, 0.05, point.y - 0.8 + 0.1 * texture_(5.0 * point));
      break;
    case Marking::stripes: {
      const double wave = std::sin(26 * point.x + 6 * texture_(2.0 * point));
      amount = smooth_step(0.1, 0.6, wave) * smooth_step(0.3, 0.6, point.y);
      break;
    }
    case Marking::spots:
      amount = spots(point, detail);
      break;
  }
  return mix(base_, mark_, amount);
}

Colour Coat::operator()(Zone zone, Vec point, Vec normal, double detail) const {
  const auto fur_here = [&] { return mix(fur(point, detail), chalk, belly_ * smooth_step(0.3, 1, normal.y)); };
  switch (zone) {
    case Zone::coat:
      return fur_here();
    case Zone::far_side:
      return 0.72 * fur_here();
    case Zone::tail:
      return 0.92 * fur_here();
    case Zone::muzzle:
      return mix(base_, chalk, 0.5);
    case Zone::mane:
      return mane_;
    case Zone::ear:
      return mix(base_, mane_, 0.8);
    case Zone::inner_ear:
      return mix(base_, {0.85, 0.55, 0.52}, 0.45);
    case Zone::hoof:
      return mix(base_, mane_, 0.9);
    case Zone::dark:
      return soot;
    case Zone::eye:
      return eye_;
    case Zone::glint:
      return chalk;
  }
  return base_;
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
