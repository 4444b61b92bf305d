#pragma once

#include <minnow/core/precision.hpp>
#include <minnow/core/rng.hpp>

#include <cstddef>
#include <span>

namespace minnow::inline MINNOW_PRECISION::datasets {

/// The kinds of drawn animal; a label is the place in this list.
enum class Animal { dog, cat, horse, cheetah };

/// Draws one animal into `rgb`, (3, size, size) row-major planes, values in [0, 1]. Pose, coat, place, scale, light,
/// background and what stands in front are drawn from `rng`; from place on, from the same distributions for every
/// animal. The picture depends on the arguments only, and `size` only sets how finely it is sampled (the grain, drawn
/// per pixel, aside). Throws ValueError unless 8 <= `size` <= 16384, ShapeError unless `rgb` holds 3 * size * size
/// numbers.
MINNOW_API void draw_animal(Animal animal, std::size_t size, Rng rng, std::span<Real> rgb);

}  // namespace minnow::inline MINNOW_PRECISION::datasets
